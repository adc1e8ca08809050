"""Each role may do what its function asks, and nothing else."""

import re
import unittest
import unittest.mock

import expanded
from calls import of_adapters, of_function, of_service
from expanded import KEY, ROLE, ROOT, TRAIL_KEY, Expanded, as_text, source, statements, variants

RESULTS = "arn:aws:s3:::ResultsBucket"
FUNCTIONS = {"TrailErrors": "trail-errors", "ApiLatency": "api-latency", "Rollup": "rollup"}

# What Lambda asks with a function's role, not the function.
LAMBDA_LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
LAMBDA_QUEUE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
LAMBDA_FAILURES = {"sqs:SendMessage"}
KEY_ACTIONS = {"kms:Decrypt", "kms:GenerateDataKey"}

# Where each call on the results bucket goes: below these, and nowhere else.
PLACES = {
    "trail-errors": {"s3:PutObject": {"inbox/trail/*"}},
    "api-latency": {
        "s3:ListBucket": {None},
        "s3:GetObject": {"config/*", "inbox/metrics/*", "names/*", "reports/api-names.json", "tables/*"},
        "s3:PutObject": {"inbox/metrics/*", "names/*"},
    },
    "rollup": {
        "s3:ListBucket": {None},
        "s3:GetObject": {"config/*", "inbox/*", "names/*", "reports/*", "tables/*"},
        "s3:PutObject": {"inbox-rejected/*", "reports/*", "tables/*"},
        "s3:AbortMultipartUpload": {"inbox-rejected/*", "reports/*", "tables/*"},
        "s3:DeleteObject": {"inbox/*"},
    },
}

# REST APIs, and the others.
LISTS_OF_APIS = ("restapis", "apis")


def granted(stack, function):
    """Pairs of action and resource that a function's role has."""
    [policy] = stack.properties(f"{function}Role")["Policies"]
    pairs = set()
    for statement in statements(policy["PolicyDocument"]):
        assert statement["Effect"] == "Allow", statement
        pairs |= {(action, resource) for action in statement["Action"] for resource in statement["Resource"]}
    return pairs


def expected(stack, function):
    """What it should have, from the lists of calls."""
    crate = FUNCTIONS[function]
    calls = of_function(crate)
    pairs = {(action, stack.arn(f"{function}Logs")) for action in LAMBDA_LOGS}
    for call in calls["RESULTS_CALLS"]:
        for place in PLACES[crate][call]:
            pairs.add((call, f"{RESULTS}/{place}" if place else RESULTS))
    if function == "TrailErrors":
        bucket = "arn:aws:s3:::" + ("TrailBucket" if stack.parameters["TrailSource"] == "NewTrail" else "logs")
        pairs |= {(action, stack.arn("TrailQueue")) for action in LAMBDA_QUEUE}
        pairs |= {(call, f"{bucket}/*AWSLogs/*") for call in calls["SOURCE_CALLS"]}
        pairs.add(("s3:ListBucket", bucket))
        if stack.parameters["SourceRoleArn"]:
            pairs |= {(call, ROLE) for call in calls["SOURCE_ROLE_CALLS"]}
        if stack.parameters["TrailKmsKeyArn"]:
            pairs.add(("kms:Decrypt", TRAIL_KEY))
    else:
        pairs |= {(action, stack.arn("FailedInvocationsQueue")) for action in LAMBDA_FAILURES}
    if function == "ApiLatency":
        pairs |= {(call, "*") for call in of_service("cloudwatch")}
        if stack.parameters["ApiNames"] == "on":
            regions = (stack.parameters["MetricRegions"] or "eu-west-1").split(",")
            lists = {f"arn:aws:apigateway:{region}::/{path}" for region in regions for path in LISTS_OF_APIS}
            pairs |= {(call, of_region) for call in of_service("apigateway") for of_region in lists}
    if function == "Rollup" and stack.parameters["Alerts"] == "on":
        pairs |= {(call, stack.arn("AlarmTopic")) for call in of_service("sns")}
    if stack.parameters["KmsKeyArn"]:
        pairs |= {(action, KEY) for action in KEY_ACTIONS}
    return pairs


class Roles(unittest.TestCase):
    def test_each_role_is_exactly_what_its_function_asks(self):
        for name, stack in variants().items():
            for function in FUNCTIONS:
                with self.subTest(variant=name, function=function):
                    self.assertEqual(sorted(granted(stack, function)), sorted(expected(stack, function)))

    def test_every_call_of_a_function_is_one_of_the_adapters(self):
        for crate in FUNCTIONS.values():
            for calls in of_function(crate).values():
                self.assertLessEqual(set(calls), of_adapters(), crate)

    def test_every_function_of_the_workspace_is_deployed_with_its_binary(self):
        crates = {path.parent.name for path in (ROOT / "functions").glob("*/Cargo.toml")}
        self.assertEqual(crates, set(FUNCTIONS.values()))
        template = variants()["an existing bucket"].template
        self.assertEqual({name for name, kind in variants()["an existing bucket"].types.items()
                          if kind == "AWS::Lambda::Function"}, set(FUNCTIONS))
        self.assertNotIn("ManagedPolicyArns", as_text(template))
        self.assertNotIn("arn:aws:iam::aws:policy", as_text(template))

    def test_only_lambda_may_take_the_roles(self):
        for stack in variants().values():
            roles = stack.of_type("AWS::IAM::Role")
            # None that SAM has made unasked, with policies of its own.
            self.assertEqual(set(roles), {f"{function}Role" for function in FUNCTIONS})
            for role in roles.values():
                [statement] = role["AssumeRolePolicyDocument"]["Statement"]
                self.assertEqual(statement["Principal"], {"Service": "lambda.amazonaws.com"})

    def test_wildcards_are_only_where_a_key_or_cloudwatch_forces_them(self):
        for stack in variants().values():
            for function in FUNCTIONS:
                for action, resource in granted(stack, function):
                    self.assertNotIn("*", action)
                    if resource == "*":
                        self.assertIn(action, {"cloudwatch:ListMetrics", "cloudwatch:GetMetricData"})

    def test_each_variable_is_one_that_the_function_reads(self):
        for function, crate in FUNCTIONS.items():
            code = "".join(
                path.read_text(encoding="utf-8")
                for folder in (f"functions/{crate}/src", "shared/function/src")
                for path in (ROOT / folder).rglob("*.rs")
            )
            known = set(re.findall(r'"(GATETRAIL_\w+)"', code))
            for stack in variants().values():
                variables = stack.properties(function)["Environment"]["Variables"]
                self.assertLessEqual(set(variables), known)
                self.assertLess(len(as_text(variables)), 3_000)

    def test_names_and_alerts_are_asked_for_by_parameter(self):
        variables = lambda function, **parameters: Expanded(TrailBucketName="logs", **parameters).properties(function)["Environment"]["Variables"]
        for state in ("on", "off"):
            self.assertEqual(variables("ApiLatency", ApiNames=state)["GATETRAIL_ASK_API_GATEWAY"], state)
        self.assertEqual(variables("ApiLatency")["GATETRAIL_ASK_API_GATEWAY"], "on")
        percentiles = {"MetricPercentiles": "p90", "PercentilePeriods": "300,3600"}
        self.assertEqual(variables("ApiLatency")["GATETRAIL_PERCENTILE_PERIODS_S"], "3600,86400")
        self.assertEqual(variables("ApiLatency", **percentiles)["GATETRAIL_PERCENTILE_PERIODS_S"], "300,3600")
        pattern = re.compile(source()["Parameters"]["PercentilePeriods"]["AllowedPattern"])
        self.assertFalse([text for text in ("", "300,", "5m", "300, 3600") if pattern.fullmatch(text)])
        topic = "arn:aws:sns:eu-west-1:111122223333:AlarmTopic"
        self.assertEqual(variables("Rollup", Alerts="on")["GATETRAIL_ALERT_TOPIC_ARN"], topic)
        for parameters in ({}, {"ApiAlarms": "on"}):
            self.assertNotIn("GATETRAIL_ALERT_TOPIC_ARN", variables("Rollup", **parameters))

    def test_lists_of_apis_are_of_the_partition(self):
        for partition in ("aws", "aws-cn", "aws-us-gov"):
            with unittest.mock.patch.dict(expanded.PSEUDO, {"AWS::Partition": partition}):
                pairs = granted(Expanded(TrailBucketName="logs", MetricRegions="one-1,two-2"), "ApiLatency")
            lists = {resource for action, resource in pairs if action == "apigateway:GET"}
            self.assertEqual(lists, {
                f"arn:{partition}:apigateway:{region}::/{path}" for region in ("one-1", "two-2") for path in LISTS_OF_APIS
            })

    def test_regions_are_a_list_without_spaces(self):
        """A space would be part of an ARN."""
        pattern = re.compile(source()["Parameters"]["MetricRegions"]["AllowedPattern"])
        for text in ("", "eu-west-1", "eu-west-1,us-east-1,us-gov-west-1"):
            self.assertTrue(pattern.fullmatch(text), text)
        for text in ("eu-west-1, us-east-1", "eu-west-1,", ",", "*"):
            self.assertFalse(pattern.fullmatch(text), text)

    def test_the_role_of_a_log_archive_reads_log_files_for_one_role(self):
        reader = "arn:aws:iam::111122223333:role/gatetrail-TrailErrorsRole"
        bus = "arn:aws:events:eu-west-1:111122223333:event-bus/gatetrail-log-archive"
        stack = Expanded(
            "infra/log-archive.yaml", TrailBucketName="logs", ToolingBusArn=bus, ReaderRoleArn=reader, TrailKmsKeyArn=TRAIL_KEY
        )
        role = stack.properties("ReadRole")
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        self.assertEqual(statement["Principal"], {"AWS": reader})
        [policy] = role["Policies"]
        pairs = {
            (action, resource)
            for statement in statements(policy["PolicyDocument"])
            for action in statement["Action"]
            for resource in statement["Resource"]
        }
        wanted = {(call, "arn:aws:s3:::logs/*AWSLogs/*") for call in of_function("trail-errors")["SOURCE_CALLS"]}
        self.assertEqual(pairs, wanted | {("s3:ListBucket", "arn:aws:s3:::logs"), ("kms:Decrypt", TRAIL_KEY)})
        forward = stack.properties("ForwardRole")["Policies"][0]["PolicyDocument"]
        self.assertEqual([(one["Action"], one["Resource"]) for one in statements(forward)], [(["events:PutEvents"], [bus])])
        # Both ends of the forwarding look for the same files.
        pattern = lambda stack: stack.properties("NewLogFiles")["EventPattern"]["detail"]["object"]
        self.assertEqual(pattern(stack), pattern(variants()["a log archive"]))


if __name__ == "__main__":
    unittest.main()
