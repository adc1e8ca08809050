"""From a new file to the function and back: the arithmetic of queues, what may send to them, and what fails where."""

import unittest

from expanded import ARCHIVE, Expanded, VARIANTS, source, statements, variants


class Delivery(unittest.TestCase):
    def test_a_message_is_hidden_for_as_long_as_lambda_may_need(self):
        longest_window = source()["Parameters"]["BatchWindowSeconds"]["MaxValue"]
        for stack in variants().values():
            [mapping] = stack.of_type("AWS::Lambda::EventSourceMapping").values()
            timeout = stack.properties("TrailErrors")["Timeout"]
            visibility = stack.properties("TrailQueue")["VisibilityTimeout"]
            self.assertGreaterEqual(visibility, 6 * timeout + longest_window)
            self.assertEqual(mapping["EventSourceArn"], stack.arn("TrailQueue"))
            self.assertEqual(mapping["FunctionResponseTypes"], ["ReportBatchItemFailures"])
            # More than ten of a batch need a window.
            self.assertGreater(mapping["BatchSize"], 10)
            self.assertGreaterEqual(mapping["MaximumBatchingWindowInSeconds"], 1)
            self.assertEqual(mapping["ScalingConfig"], {"MaximumConcurrency": 10})

    def test_five_tries_and_then_a_queue_that_keeps_longer_than_it_was_tried(self):
        for stack in variants().values():
            queue = stack.properties("TrailQueue")
            redrive = queue["RedrivePolicy"]
            self.assertEqual(redrive["maxReceiveCount"], 5)
            self.assertEqual(redrive["deadLetterTargetArn"], stack.arn("TrailDeadLetterQueue"))
            for name, properties in stack.of_type("AWS::SQS::Queue").items():
                self.assertEqual(properties["MessageRetentionPeriod"], 14 * 86_400, name)

    def test_every_target_of_a_rule_has_somewhere_to_fail_to(self):
        for stack in variants().values():
            for name, rule in stack.of_type("AWS::Events::Rule").items():
                for target in rule["Targets"]:
                    self.assertEqual(target["DeadLetterConfig"]["Arn"], stack.arn("UndeliveredQueue"), name)
                    self.assertIn("RetryPolicy", target, name)

    def test_rules_may_send_where_they_send(self):
        """A rule that may not send to its dead-letter queue loses the event and tells nobody."""
        for stack in variants().values():
            senders = {}
            for policy in stack.of_type("AWS::SQS::QueuePolicy").values():
                for statement in statements(policy["PolicyDocument"]):
                    if statement["Effect"] == "Allow":
                        arns = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
                        self.assertEqual(statement["Action"], ["sqs:SendMessage"])
                        for queue in statement["Resource"]:
                            senders.setdefault(queue, set()).update([arns] if isinstance(arns, str) else arns)
            wanted = {}
            for name, rule in stack.of_type("AWS::Events::Rule").items():
                for target in rule["Targets"]:
                    for arn in (target["Arn"], target["DeadLetterConfig"]["Arn"]):
                        if ":sqs:" in arn:
                            wanted.setdefault(arn, set()).add(stack.arn(name))
            if stack.parameters["TrailSource"] == "Topic":
                wanted[stack.arn("TrailQueue")] = {stack.parameters["TrailTopicArn"]}
            self.assertEqual(senders, wanted)

    def test_what_runs_unasked_fails_into_a_queue(self):
        for stack in variants().values():
            failing = {
                config["FunctionName"]: config["DestinationConfig"]["OnFailure"]["Destination"]
                for config in stack.of_type("AWS::Lambda::EventInvokeConfig").values()
            }
            queue = stack.arn("FailedInvocationsQueue")
            self.assertEqual(failing, {"ApiLatency": queue, "Rollup": queue})

    def test_schedules_are_rules_whose_events_carry_the_time(self):
        for stack in variants().values():
            # EventBridge Scheduler is no resource of the Serverless Application Repository, and SAM gives its schedules
            # fixed names, which a second stack of the account would collide with.
            self.assertEqual(stack.of_type("AWS::Scheduler::Schedule"), {})
            rules = {
                name: rule["ScheduleExpression"]
                for name, rule in stack.of_type("AWS::Events::Rule").items()
                if "ScheduleExpression" in rule
            }
            self.assertEqual(rules, {"ApiLatencySchedule": "cron(10 * * * ? *)", "RollupSchedule": "cron(0/5 * * * ? *)"})
            offset = stack.properties("ApiLatency")["Environment"]["Variables"]["GATETRAIL_TICK_OFFSET_S"]
            self.assertEqual(offset, "600")
            for rule in stack.of_type("AWS::Events::Rule").values():
                for target in rule["Targets"]:
                    self.assertFalse(target.keys() & {"Input", "InputPath", "InputTransformer"})

    def test_metrics_are_pulled_unless_they_are_off(self):
        state = lambda **parameters: Expanded(TrailBucketName="logs", **parameters).properties("ApiLatencySchedule")["State"]
        self.assertEqual((state(), state(PullMetrics="off")), ("ENABLED", "DISABLED"))

    def test_the_rule_sees_log_files_of_the_bucket_alone(self):
        for name, bucket, account in (
            ("an existing bucket", "logs", "111122223333"),
            ("a new trail", "TrailBucket", "111122223333"),
            ("a log archive", "logs", ARCHIVE),
        ):
            stack = Expanded(**VARIANTS[name])
            rule = stack.properties("NewLogFiles")
            pattern = rule["EventPattern"]
            self.assertEqual(pattern["account"], [account])
            self.assertEqual(pattern["detail"]["bucket"]["name"], [bucket])
            # `*AWSLogs/…` would not match a key that begins with AWSLogs on every EventBridge.
            self.assertEqual(pattern["detail"]["object"]["key"], [{"wildcard": "*/CloudTrail/*.json.gz"}])
            self.assertEqual(rule.get("EventBusName"), f"a-stack-log-archive" if account == ARCHIVE else None)

    def test_a_topic_takes_the_place_of_the_rule(self):
        stack = Expanded(**VARIANTS["a topic"])
        self.assertNotIn("NewLogFiles", stack.resources)
        subscription = stack.properties("TrailTopicSubscription")
        self.assertEqual(subscription["Endpoint"], stack.arn("TrailQueue"))

    def test_results_are_never_read_as_logs(self):
        for stack in variants().values():
            variables = stack.properties("TrailErrors")["Environment"]["Variables"]
            self.assertNotIn(variables["GATETRAIL_RESULTS_BUCKET"], variables["GATETRAIL_SOURCE_BUCKETS"].split(","))
        rule = source()["Rules"]["ResultsAreNotLogs"]
        [assertion] = rule["Assertions"]
        same = Expanded(TrailBucketName="logs", ResultsBucketName="logs")
        other = Expanded(TrailBucketName="logs", ResultsBucketName="results")
        for stack, refused in ((same, True), (other, False)):
            self.assertTrue(stack.condition(rule["RuleCondition"]))
            self.assertEqual(stack.condition(assertion["Assert"]), not refused)

    def test_a_deployment_that_lacks_something_is_refused(self):
        rules = source()["Rules"]
        problems = lambda **parameters: [
            name
            for name, rule in rules.items()
            for assertion in rule["Assertions"]
            if Expanded(**parameters).condition(rule["RuleCondition"])
            and not Expanded(**parameters).condition(assertion["Assert"])
        ]
        self.assertEqual(problems(), ["TrailBucketIsKnown"])
        self.assertEqual(problems(TrailSource="Topic", TrailBucketName="logs"), ["TopicIsKnown"])
        self.assertEqual(problems(TrailSource="LogArchive", TrailBucketName="logs"), ["LogArchiveIsKnown"])
        for parameters in VARIANTS.values():
            self.assertEqual(problems(**parameters), [])


if __name__ == "__main__":
    unittest.main()
