"""The template as AWS deploys it: SAM's transform applied, conditions decided, references resolved for given parameters.

What a reference stands for is text of this module's own, such as `arn:aws:sqs:eu-west-1:111122223333:TrailQueue`: enough to
see which resource a permission is for.
"""

import copy
import functools
import json
import os
import pathlib
import re

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from cfnlint.decode import cfn_yaml  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
REGION, ACCOUNT, STACK = "eu-west-1", "111122223333", "a-stack"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": STACK,
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/id",
}
NO_VALUE = object()

# The parts of an ARN of each type whose ARN a template asks for.
ARNS = {
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{}}",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{}}:*",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
    "AWS::Events::Rule": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{{}}",
    "AWS::Events::EventBus": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{{}}",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{{}}",
}
REF_IS_ARN = {"AWS::SNS::Topic"}


def plain(value):
    """The same without the YAML reader's own types, which copy badly."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    return str(value) if isinstance(value, str) else value


@functools.cache
def parsed(name):
    return plain(cfn_yaml.load(str(ROOT / name)))


def source(name="template.yaml"):
    """The template as it is written."""
    return copy.deepcopy(parsed(name))


def without_local_code(template):
    """SAM's transform runs where the code is in S3 already; so does `sam deploy`, which puts it there."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "code", "Key": "key"}
    return template


class Expanded:
    """A template for one set of parameters."""

    def __init__(self, name="template.yaml", **parameters):
        template = source(name)
        self.parameters = {key: entry.get("Default") for key, entry in template.get("Parameters", {}).items()}
        unknown = parameters.keys() - self.parameters.keys()
        if unknown:
            raise KeyError(f"no such parameters: {sorted(unknown)}")
        self.parameters.update(parameters)
        if template.get("Transform"):
            template = transform(without_local_code(template), {}, None)
        self.template = copy.deepcopy(template)
        self.types = {name: entry["Type"] for name, entry in self.template["Resources"].items()}

    @functools.cached_property
    def resources(self):
        """What there is under these parameters."""
        return {
            logical: {key: self.resolve(part) for key, part in entry.items()}
            for logical, entry in self.template["Resources"].items()
            if self.condition(entry.get("Condition"))
        }

    def of_type(self, kind):
        """Name and properties of each resource of a type."""
        return {
            name: entry.get("Properties", {}) for name, entry in self.resources.items() if entry["Type"] == kind
        }

    def properties(self, name):
        return self.resources[name].get("Properties", {})

    @functools.cached_property
    def outputs(self):
        """The outputs there are, by name."""
        return {
            name: self.resolve(output["Value"])
            for name, output in self.template["Outputs"].items()
            if self.condition(output.get("Condition"))
        }

    def ref(self, name):
        return self.resolve({"Ref": name})

    def arn(self, name):
        return ARNS[self.types[name]].format(self.name_of(name))

    def name_of(self, name):
        """The name that was given to a resource, else its name in the template."""
        properties = self.template["Resources"][name].get("Properties", {})
        for key in ("LogGroupName", "BucketName", "QueueName", "Name"):
            if key in properties:
                given = self.resolve(properties[key])
                if isinstance(given, str):
                    return given
        return name

    def condition(self, value):
        if value is None:
            return True
        if isinstance(value, str):
            return self.condition(self.template["Conditions"][value])
        [(function, argument)] = value.items()
        match function:
            case "Condition":
                return self.condition(argument)
            case "Fn::Equals":
                left, right = (self.resolve(side) for side in argument)
                return str(left) == str(right)
            case "Fn::Not":
                return not self.condition(argument[0])
            case "Fn::And":
                return all(map(self.condition, argument))
            case "Fn::Or":
                return any(map(self.condition, argument))
        raise ValueError(f"no condition: {value}")

    def resolve(self, value):
        if isinstance(value, list):
            return [entry for entry in map(self.resolve, value) if entry is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self.call(function, argument)
        resolved = {key: self.resolve(entry) for key, entry in value.items()}
        return {key: entry for key, entry in resolved.items() if entry is not NO_VALUE}

    def call(self, function, argument):
        match function:
            case "Ref":
                if argument == "AWS::NoValue":
                    return NO_VALUE
                if argument in PSEUDO:
                    return PSEUDO[argument]
                if argument in self.parameters:
                    return self.parameters[argument]
                return self.arn(argument) if self.types[argument] in REF_IS_ARN else self.name_of(argument)
            case "Fn::GetAtt":
                name, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
                return self.arn(name) if attribute == "Arn" else f"{name}.{attribute}"
            case "Fn::If":
                name, then, otherwise = argument
                return self.resolve(then if self.condition(name) else otherwise)
            case "Fn::Sub":
                text, variables = argument if isinstance(argument, list) else (argument, {})
                return re.sub(r"\$\{([^}]+)\}", lambda match: self.substitute(match.group(1), variables), text)
            case "Fn::Join":
                return argument[0].join(map(str, self.resolve(argument[1])))
            case "Fn::Split":
                return self.resolve(argument[1]).split(argument[0])
            case "Fn::Select":
                return self.resolve(argument[1])[int(argument[0])]
        raise ValueError(f"unknown function {function}")

    def substitute(self, name, variables):
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in variables:
            return str(self.resolve(variables[name]))
        return str(self.resolve({"Fn::GetAtt": name} if "." in name else {"Ref": name}))


def statements(document):
    """The statements of a policy, actions and resources as lists."""
    for statement in document["Statement"]:
        statement = dict(statement)
        for key in ("Action", "Resource"):
            if isinstance(statement.get(key), str):
                statement[key] = [statement[key]]
        yield statement


KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/a-key"
TRAIL_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/trail-key"
ARCHIVE = "444455556666"
ROLE = f"arn:aws:iam::{ARCHIVE}:role/reader"

# Each way to deploy: what must hold, must hold in all of them.
VARIANTS = {
    "an existing bucket": {"TrailBucketName": "logs"},
    "with keys": {"TrailBucketName": "logs", "KmsKeyArn": KEY, "TrailKmsKeyArn": TRAIL_KEY},
    "a new trail": {"TrailSource": "NewTrail"},
    "a topic": {
        "TrailSource": "Topic",
        "TrailBucketName": "logs",
        "TrailTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:trail",
    },
    "a log archive": {
        "TrailSource": "LogArchive",
        "TrailBucketName": "logs",
        "TrailBucketAccount": ARCHIVE,
        "SourceRoleArn": ROLE,
    },
    "all alarms": {
        "TrailBucketName": "logs",
        "Alerts": "on",
        "ApiAlarms": "on",
        "ErrorCodeMetrics": "on",
        "AlarmEmail": "a@example.com",
    },
    "alarms of APIs": {"TrailBucketName": "logs", "ApiAlarms": "on", "ErrorCodeMetrics": "on"},
    "messages of alerts": {"TrailBucketName": "logs", "Alerts": "on"},
    "linked accounts": {"TrailBucketName": "logs", "LinkedAccounts": "on", "ApiAlarms": "on"},
    "three regions": {"TrailBucketName": "logs", "MetricRegions": "eu-west-1,us-east-1,ap-south-1"},
    "as little as can be": {"TrailBucketName": "logs", "PullMetrics": "off", "ApiNames": "off", "ReservedConcurrency": 20},
}


@functools.cache
def variants():
    """All of them, by name. To be looked at only."""
    return {name: Expanded(**parameters) for name, parameters in VARIANTS.items()}


def as_text(value):
    return json.dumps(value, sort_keys=True)
