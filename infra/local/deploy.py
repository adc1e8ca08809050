"""The template deployed as `sam deploy` does it: each function's code is put into S3, and CodeUri says where; nothing else of
the template changes. What `sam build` would compile is taken from binaries that are there already."""

import copy
import hashlib
import io
import json
import time
import zipfile

from yaml import MappingNode, SafeLoader, ScalarNode, load

CODE_BUCKET = "gatetrail-code"
PATIENCE_S = 300


class TemplateLoader(SafeLoader):
    """YAML with CloudFormation's short forms."""


def short_form(loader, suffix, node):
    if isinstance(node, ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = loader.construct_sequence(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{suffix}": value}


TemplateLoader.add_multi_constructor("!", short_form)


def read_template(path):
    with open(path, encoding="utf-8") as file:
        return load(file, TemplateLoader)


def zipped(binary):
    """A binary as Lambda wants it: the only file of an archive, executable, and the same bytes each time."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        file.writestr(entry, binary.read_bytes())
    return archive.getvalue()


def packaged(aws, template, binaries):
    """The template with the code of its functions in S3."""
    template = copy.deepcopy(template)
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=CODE_BUCKET)
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        code = zipped(binaries / resource["Metadata"]["BuildProperties"]["Binary"])
        key = hashlib.sha256(code).hexdigest()
        s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=code)
        resource["Properties"]["CodeUri"] = {"Bucket": CODE_BUCKET, "Key": key}
    # Over the limit of a request, as it is for AWS: by way of S3.
    body = json.dumps(template).encode()
    key = f"{hashlib.sha256(body).hexdigest()}.template"
    s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=body)
    return f"{aws.url}/{CODE_BUCKET}/{key}"


class Stack:
    """A stack of the template."""

    def __init__(self, aws, name):
        self.aws = aws
        self.name = name
        self.cloudformation = aws.client("cloudformation")

    def deploy(self, template_url, parameters, update=False):
        """Creates or updates; gives the outputs.

        Raises where that fails, with the reasons of the resources that did."""
        call = self.cloudformation.update_stack if update else self.cloudformation.create_stack
        call(
            StackName=self.name,
            TemplateURL=template_url,
            Parameters=[{"ParameterKey": key, "ParameterValue": str(value)} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        status = self.settled()
        if status != ("UPDATE_COMPLETE" if update else "CREATE_COMPLETE"):
            raise RuntimeError(f"stack {self.name}: {status}\n" + "\n".join(self.failures()))
        return self.outputs()

    def described(self, name=None):
        [stack] = self.cloudformation.describe_stacks(StackName=name or self.name)["Stacks"]
        return stack

    def settled(self, name=None):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            stack = self.described(name)
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack["StackStatus"]
            time.sleep(0.2)
        raise TimeoutError(f"stack {self.name} does not settle")

    def failures(self, name=None):
        events = self.cloudformation.describe_stack_events(StackName=name or self.name)["StackEvents"]
        for event in events:
            if event["ResourceStatus"].endswith("FAILED"):
                yield f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"

    def outputs(self):
        return {output["OutputKey"]: output["OutputValue"] for output in self.described().get("Outputs", [])}

    def resources(self):
        """Physical ids by logical ids."""
        found = self.cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return {resource["LogicalResourceId"]: resource.get("PhysicalResourceId") for resource in found}

    def delete(self):
        """Deletes it. Raises where a resource could not be, whatever the stack's status says."""
        # By its id, since a deleted stack is not found by its name.
        stack_id = self.described()["StackId"]
        self.cloudformation.delete_stack(StackName=stack_id)
        status, failures = self.settled(stack_id), list(self.failures(stack_id))
        if status != "DELETE_COMPLETE" or failures:
            raise RuntimeError(f"stack {self.name}: {status}\n" + "\n".join(failures))
