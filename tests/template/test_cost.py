"""What `gatetrail cost` takes for granted is what the template deploys and the functions write."""

import re
import unittest

from expanded import ROOT, VARIANTS, Expanded
from test_watching import CRATES, own_metrics


def constants():
    """The figures of the command line, by name."""
    code = (ROOT / "cli/src/cost/deployed.rs").read_text(encoding="utf-8")
    return {name: float(value) for name, value in re.findall(r"const (\w+): \w+ = ([\d.]+);", code)}


def default_of(argument):
    """The default of an argument of `gatetrail cost`."""
    code = (ROOT / "cli/src/args/cost.rs").read_text(encoding="utf-8")
    return re.search(rf'default_value(?:_t)? = "?(\w+)"?[^\]]*\)\]\n    pub\(crate\) {argument}:', code).group(1)


class Cost(unittest.TestCase):
    def setUp(self):
        self.stack = Expanded(TrailBucketName="logs")
        self.watched = Expanded(**VARIANTS["alarms of APIs"])

    def queries(self):
        """The queries of alarms, and how many metrics all the other alarms have that are not there by default."""
        before = self.stack.of_type("AWS::CloudWatch::Alarm")
        queries, metrics = [], 0
        for name, alarm in self.watched.of_type("AWS::CloudWatch::Alarm").items():
            for metric in alarm.get("Metrics", []):
                if "SELECT" in metric.get("Expression", ""):
                    queries.append(metric["Expression"])
                elif "Expression" in metric:
                    # A band: both its edges.
                    self.assertIn("ANOMALY_DETECTION_BAND", metric["Expression"])
                    metrics += 2
                else:
                    metrics += 1
            if "MetricName" in alarm:
                self.assertIn(name, before)
        return queries, metrics

    def test_alarms_and_dashboards(self):
        alarms = self.stack.of_type("AWS::CloudWatch::Alarm")
        self.assertTrue(all("MetricName" in alarm for alarm in alarms.values()))
        self.assertEqual(len(alarms), constants()["ALARMS"])
        self.assertEqual(len(self.stack.of_type("AWS::CloudWatch::Dashboard")), constants()["DASHBOARDS"])
        # Those of high resolution cost three times as much.
        for stack in (self.stack, self.watched):
            for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
                periods = [alarm.get("Period")] + [metric.get("Period") for metric in alarm.get("Metrics", [])]
                self.assertTrue(all(period % 60 == 0 for period in periods if period), name)

    def test_messages_of_alerts_cost_one_alarm(self):
        """What docs/deploy.md says of them; the figures are of the defaults."""
        alarms = Expanded(**VARIANTS["messages of alerts"]).of_type("AWS::CloudWatch::Alarm")
        self.assertEqual(alarms.keys() - self.stack.of_type("AWS::CloudWatch::Alarm").keys(), {"MessagesFailedAlarm"})

    def test_alarms_of_apis(self):
        queries, metrics = self.queries()
        self.assertEqual(metrics, constants()["METRICS_OF_API_ALARMS"])
        # An API is named or has an id, so that it is in the queries of one of the two.
        for dimension in ("ApiName", "ApiId"):
            of_an_api = [query for query in queries if f'FROM SCHEMA("AWS/ApiGateway", {dimension})' in query]
            self.assertEqual(len(of_an_api), constants()["QUERIES_OF_AN_API"], dimension)
        everything = [query for query in queries if 'FROM "AWS/ApiGateway"' in query]
        self.assertEqual(len(everything), constants()["QUERIES_OF_AN_API_AND_ITS_STAGES"])
        of_codes = [query for query in queries if "ErrorCode" in query]
        self.assertEqual(len(of_codes), 1)
        self.assertEqual(len(queries), 2 * len(of_an_api) + len(everything) + len(of_codes))

    def test_metrics_of_the_functions(self):
        names = {crate: own_metrics(crate) - {"ErrorCodeFailures"} for crate in CRATES.values()}
        self.assertEqual(sum(map(len, names.values())), constants()["OWN_METRICS"])

    def test_functions_queue_and_schedules(self):
        functions = self.stack.of_type("AWS::Lambda::Function")
        self.assertEqual({function["MemorySize"] for function in functions.values()}, {512})
        self.assertEqual(constants()["MEMORY_GB"], 0.5)
        [mapping] = self.stack.of_type("AWS::Lambda::EventSourceMapping").values()
        self.assertEqual(mapping["BatchSize"], constants()["FILES_IN_BATCH"])
        self.assertEqual(mapping["MaximumBatchingWindowInSeconds"], constants()["BATCH_WINDOW_S"])
        # The schedules that test_delivery.py wants: each hour, and every five minutes.
        self.assertEqual((default_of("pull_every"), default_of("rollup_every")), ("1h", "5m"))
        self.assertEqual(self.stack.parameters["RollupMinutes"], 5)
        self.assertEqual(int(default_of("months")), int(self.stack.parameters["RetentionDays"] / 30.4))

    def test_metrics_asked_of_a_stage(self):
        """Of latency four statistics, of an API's two kinds of errors a sum; the two names of each are of two kinds of API."""
        self.assertEqual(self.stack.parameters["MetricNames"], "Latency,4XXError,5XXError,4xx,5xx")
        self.assertEqual((self.stack.parameters["MetricLevels"], self.stack.parameters["MetricPercentiles"]), ("stage", ""))
        self.assertEqual(int(default_of("queries")), 4 + 2)


if __name__ == "__main__":
    unittest.main()
