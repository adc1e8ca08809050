"""What an account's owner asks of anything that is deployed there: nothing public, all encrypted, kept as said, no fixed names."""

import json
import re
import unittest
import unittest.mock

from samcli.yamlhelper import yaml_dump

import expanded
from expanded import KEY, ROOT, VARIANTS, Expanded, as_text, source, statements, variants

EMPTY_POLICIES = {"AWS::IAM::Role"}


class Principals(unittest.TestCase):
    def test_nobody_unknown_is_let_in(self):
        for stack in variants().values():
            for name, entry in stack.resources.items():
                properties = entry.get("Properties", {})
                documents = [properties.get("PolicyDocument"), properties.get("AssumeRolePolicyDocument")]
                documents += [{"Statement": [properties["Statement"]]}] if "Statement" in properties else []
                for statement in (one for document in documents if document for one in statements(document)):
                    if statement["Effect"] == "Deny":
                        continue
                    principal = statement["Principal"]
                    self.assertNotIn("*", as_text(principal), name)
                    # A service acts for whoever asks it: a condition says for whom.
                    if "Service" in principal and entry["Type"] != "AWS::IAM::Role":
                        self.assertRegex(as_text(statement["Condition"]), r"aws:Source(Arn|Account)", name)

    def test_invocation_is_for_the_rule_alone(self):
        for stack in variants().values():
            for name, permission in stack.of_type("AWS::Lambda::Permission").items():
                self.assertEqual(permission["Principal"], "events.amazonaws.com", name)
                self.assertIn(":rule/", permission["SourceArn"], name)

    def test_unencrypted_transport_is_refused(self):
        for stack in variants().values():
            guarded = set()
            for entry in stack.resources.values():
                if "PolicyDocument" not in entry.get("Properties", {}):
                    continue
                for statement in statements(entry["Properties"]["PolicyDocument"]):
                    if statement["Effect"] == "Deny" and statement.get("Principal") == "*":
                        self.assertEqual(statement["Condition"], {"Bool": {"aws:SecureTransport": "false"}})
                        guarded.update(statement["Resource"])
            for kind in ("AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic"):
                for name in stack.of_type(kind):
                    self.assertIn(stack.arn(name), guarded)
                    if kind == "AWS::S3::Bucket":
                        self.assertIn(f"{stack.arn(name)}/*", guarded)


class Encryption(unittest.TestCase):
    def test_everything_is_encrypted_with_a_key_of_aws(self):
        for name, stack in variants().items():
            if stack.parameters["KmsKeyArn"]:
                continue
            for bucket in stack.of_type("AWS::S3::Bucket").values():
                [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
                self.assertEqual(rule["ServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
            for queue in stack.of_type("AWS::SQS::Queue").values():
                self.assertIs(queue["SqsManagedSseEnabled"], True)
            for topic in stack.of_type("AWS::SNS::Topic").values():
                # The key aws/sns cannot let CloudWatch publish, so that no alarm would ever be heard.
                self.assertNotIn("KmsMasterKeyId", topic)

    def test_everything_that_is_kept_is_encrypted_with_a_key_of_yours(self):
        stack = Expanded(**VARIANTS["with keys"])
        [rule] = stack.properties("ResultsBucket")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        self.assertEqual(rule["ServerSideEncryptionByDefault"], {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY})
        self.assertIs(rule["BucketKeyEnabled"], True)
        for queue in stack.of_type("AWS::SQS::Queue").values():
            self.assertEqual((queue["KmsMasterKeyId"], queue.get("SqsManagedSseEnabled")), (KEY, None))
        for topic in stack.of_type("AWS::SNS::Topic").values():
            self.assertEqual(topic["KmsMasterKeyId"], KEY)
        for group in stack.of_type("AWS::Logs::LogGroup").values():
            self.assertEqual(group["KmsKeyId"], KEY)
        for function in stack.of_type("AWS::Lambda::Function").values():
            self.assertEqual(function["KmsKeyArn"], KEY)
        result = stack.properties("WorkGroup")["WorkGroupConfiguration"]["ResultConfiguration"]
        self.assertEqual(result["EncryptionConfiguration"], {"EncryptionOption": "SSE_KMS", "KmsKey": KEY})


class Buckets(unittest.TestCase):
    def test_nothing_is_public(self):
        for stack in variants().values():
            for name, bucket in stack.of_type("AWS::S3::Bucket").items():
                self.assertEqual(set(bucket["PublicAccessBlockConfiguration"].values()), {True}, name)
                self.assertEqual(len(bucket["PublicAccessBlockConfiguration"]), 4, name)
                self.assertEqual(bucket["OwnershipControls"], {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
                self.assertNotIn("AccessControl", bucket)

    def test_data_outlive_the_stack(self):
        for stack in variants().values():
            for name, entry in stack.resources.items():
                if entry["Type"] == "AWS::S3::Bucket":
                    self.assertEqual((entry["DeletionPolicy"], entry["UpdateReplacePolicy"]), ("Retain", "Retain"), name)

    def test_lifecycle(self):
        stack = Expanded(TrailBucketName="logs", RetentionDays=123)
        bucket = stack.properties("ResultsBucket")
        self.assertEqual(bucket["VersioningConfiguration"], {"Status": "Enabled"})
        rules = bucket["LifecycleConfiguration"]["Rules"]
        self.assertEqual({rule["Status"] for rule in rules}, {"Enabled"})
        everywhere = [rule for rule in rules if "Prefix" not in rule]
        self.assertTrue(any("AbortIncompleteMultipartUpload" in rule for rule in everywhere))
        self.assertTrue(any("NoncurrentVersionExpiration" in rule for rule in everywhere))
        self.assertTrue(any(rule.get("ExpiredObjectDeleteMarker") for rule in everywhere))
        ending = {rule.get("Prefix"): rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
        self.assertEqual(ending, {"tables/": 123, "reports/": 123, "athena-results/": 7})
        # What waits in the inbox is nowhere else yet.
        for prefix in ending:
            self.assertTrue(prefix and not "inbox/trail/".startswith(prefix))
        # S3 refuses a rule that ends markers and objects at once.
        for rule in rules:
            self.assertFalse({"ExpiredObjectDeleteMarker", "ExpirationInDays"} <= rule.keys())

    def test_a_new_trail_can_be_validated_and_written_by_itself_alone(self):
        stack = Expanded(**VARIANTS["a new trail"])
        trail = stack.properties("Trail")
        self.assertTrue(trail["EnableLogFileValidation"] and trail["IsMultiRegionTrail"] and trail["IsLogging"])
        arn = f"arn:aws:cloudtrail:eu-west-1:111122223333:trail/{trail['TrailName']}"
        for statement in statements(stack.properties("TrailBucketPolicy")["PolicyDocument"]):
            if statement["Effect"] == "Allow":
                self.assertEqual(statement["Condition"]["StringEquals"]["aws:SourceArn"], arn)
        self.assertTrue(stack.properties("TrailBucket")["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"])


class Logs(unittest.TestCase):
    def test_every_function_logs_json_into_a_group_that_forgets(self):
        for stack in variants().values():
            groups = stack.of_type("AWS::Logs::LogGroup")
            for name, function in stack.of_type("AWS::Lambda::Function").items():
                logging = function["LoggingConfig"]
                self.assertEqual(logging["LogFormat"], "JSON")
                group = groups[f"{name}Logs"]
                self.assertEqual((logging["LogGroup"], group["RetentionInDays"]), (group["LogGroupName"], 30))


class Names(unittest.TestCase):
    # A name within another resource, or one that a parameter gives.
    WITHIN = {"AWS::Glue::Table", "AWS::Glue::Database", "AWS::Athena::NamedQuery"}
    KEYS = ("Name", "FunctionName", "RoleName", "QueueName", "TopicName", "AlarmName", "BucketName", "DashboardName",
            "LogGroupName", "TrailName")
    REFERENCES = {"AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig"}

    def test_two_stacks_fit_into_one_account(self):
        """Names are generated, or the stack's: also those that SAM gives."""
        for stack in variants().values():
            for logical, entry in stack.resources.items():
                if entry["Type"] in self.WITHIN | self.REFERENCES:
                    continue
                for key in self.KEYS:
                    if key in entry.get("Properties", {}):
                        self.assertIn("a-stack", entry["Properties"][key], f"{logical}.{key}")

    def test_roles_and_policies_need_only_capability_iam(self):
        for stack in variants().values():
            for role in stack.of_type("AWS::IAM::Role").values():
                self.assertNotIn("RoleName", role)
            self.assertEqual(stack.of_type("AWS::IAM::ManagedPolicy"), {})

    def test_no_alias_of_yaml_is_in_the_text(self):
        """CloudFormation refuses them."""
        text = (ROOT / "template.yaml").read_text(encoding="utf-8")
        self.assertIsNone(re.search(r"(^|[\s\[,])[&][a-z-]+\s|:\s[*][a-z]", text))


class Outputs(unittest.TestCase):
    def test_what_is_to_be_looked_at_has_an_address(self):
        for partition, console in (
            ("aws", "console.aws.amazon.com"),
            ("aws-cn", "console.amazonaws.cn"),
            ("aws-us-gov", "console.amazonaws-us-gov.com"),
        ):
            with unittest.mock.patch.dict(expanded.PSEUDO, {"AWS::Partition": partition}):
                outputs = Expanded(TrailBucketName="logs").outputs
            page = f"https://eu-west-1.{console}/s3/object/ResultsBucket?region=eu-west-1&prefix=reports/latest/index.html"
            self.assertEqual(outputs["LatestPage"], page)
            self.assertTrue(outputs["DashboardUrl"].startswith(f"https://eu-west-1.{console}/cloudwatch/"))
        self.assertEqual(outputs["OpenLatestPage"], "gatetrail open s3://ResultsBucket")

    def test_every_queue_has_its_url(self):
        for stack in variants().values():
            urls = {url for name, url in stack.outputs.items() if name.endswith("QueueUrl")}
            self.assertEqual(urls, {stack.ref(queue) for queue in stack.of_type("AWS::SQS::Queue")})

    def test_the_window_of_the_latest_reports_holds_metrics(self):
        self.assertEqual(source()["Parameters"]["LatestHours"]["MinValue"], 4)


class Limits(unittest.TestCase):
    def test_cloudformation_takes_the_template_as_it_is_and_as_sam_writes_it(self):
        """500 resources and a megabyte. `sam build` writes YAML of its own, longer than ours."""
        for stack in variants().values():
            self.assertLess(len(stack.template["Resources"]), 500)
            self.assertLess(len(json.dumps(stack.template)), 1_000_000)
        self.assertLess(len(yaml_dump(source())), 1_000_000)
        self.assertLessEqual(len(source()["Parameters"]), 200)


class Repository(unittest.TestCase):
    def test_version_is_that_of_the_workspace(self):
        metadata = source()["Metadata"]["AWS::ServerlessRepo::Application"]
        manifest = (ROOT / "Cargo.toml").read_text(encoding="utf-8")
        self.assertEqual(metadata["SemanticVersion"], re.search(r'\nversion = "(.+)"', manifest).group(1))
        for url in ("LicenseUrl", "ReadmeUrl"):
            self.assertTrue((ROOT / metadata[url]).is_file())
        self.assertLessEqual(len(metadata["Description"]), 256)

    def test_every_parameter_is_described_asked_for_and_used(self):
        template = source()
        groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
        grouped = [name for group in groups for name in group["Parameters"]]
        self.assertEqual(sorted(grouped), sorted(template["Parameters"]))
        text = json.dumps({key: part for key, part in template.items() if key not in ("Parameters", "Metadata")})
        for name, parameter in template["Parameters"].items():
            self.assertTrue(parameter["Description"].endswith("."), name)
            self.assertIn(f'"Ref": "{name}"' if f'"Ref": "{name}"' in text else f"${{{name}}}", text, name)


if __name__ == "__main__":
    unittest.main()
