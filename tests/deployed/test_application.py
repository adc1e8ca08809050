"""The whole application as `sam deploy` would make it: template.yaml, unchanged but for where the code is, on LocalStack.

One stack for all tests, which run in the order of their names: each leaves it as the next finds it."""

import collections
import datetime
import json
import os
import pathlib
import tempfile
import time
import unittest

import trails
from application import TRAIL, Application, store_of_command_line, until

BURST = 1_000
# A key as an organization with a prefix of its own writes it, with characters that encodings differ about.
ODD = "odd prefix/a+b/c=d/" + trails.key("odd0000000000000", "1259")
POISON = trails.key("poison0000000000", "1258")
SHARED = os.environ.get("GATETRAIL_SHARED")
TRAILS = os.environ.get("GATETRAIL_TRAILS")


class Deployed(unittest.TestCase):
    maxDiff = 2_000

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="gatetrail-deployed-")
        cls.addClassCleanup(cls.folder.cleanup)
        started = time.monotonic()
        cls.application = Application(os.environ.get("GATETRAIL_LOCALSTACK_LOG"))
        cls.addClassCleanup(cls.application.close)
        cls.note(f"deployed after {time.monotonic() - started:.0f} s")

    @staticmethod
    def note(text):
        print(f"   {text}", flush=True)

    def wanted(self):
        return store_of_command_line(self.application, pathlib.Path(self.folder.name) / "store")

    def same_as_command_line(self, patience_s, roll_up=True):
        """Waits until tables and reports in the bucket are those of the command line, byte for byte."""
        application, wanted = self.application, self.wanted()
        # Pages are large, and differ where a report does.
        reports = sorted((key for key in wanted if key.startswith("reports/")), key=lambda key: (key.endswith(".html"), key))

        def folded():
            if roll_up and application.messages()["TrailQueue"] == 0:
                application.roll_up()
            return not application.keys("inbox/") and application.keys("reports/").keys() == set(reports) and all(
                application.object(key) == wanted[key] for key in reports
            )

        came, after_s = until(folded, patience_s)
        found = {key: application.object(key) for key in application.keys() if key.split("/")[0] in ("reports", "tables")}
        self.assertEqual(sorted(found), sorted(wanted))
        for key in wanted:
            if found[key] != wanted[key] and key.endswith(".json"):
                self.assertEqual(json.loads(found[key]), json.loads(wanted[key]), key)
            self.assertEqual(found[key], wanted[key], key)
        self.assertTrue(came, "documents stay in the inbox")
        return after_s

    def nothing_waits(self):
        came, _ = until(lambda: not any(self.application.messages().values()), 30)
        self.assertTrue(came, self.application.messages())

    def test_1_the_schedule_brings_a_new_file_into_the_reports(self):
        file = trails.packed([trails.event(trails.random.Random(1), "AccessDenied")])
        self.application.deliver({ODD: file})
        # Nobody calls rollup here: within the batch window (a second) and one rollup of the schedule (a minute) the file is in
        # reports/latest; the rest is for both to do their work on a busy machine.
        came, after_s = until(lambda: "reports/latest/top-error-codes.json" in self.application.keys("reports/latest/"), 1 + 60 + 20)
        self.assertTrue(came, self.application.messages())
        self.note(f"a file was in reports/latest {after_s:.0f} s after its delivery")
        self.same_as_command_line(30, roll_up=False)
        document = self.application.document("reports/latest/top-error-codes.json")
        self.assertEqual(document["totals"]["failures"], 1)
        # Its key has characters that S3 and EventBridge spell in their own ways.
        self.assertEqual(document["sources"]["analyzed"], 1)
        self.nothing_waits()

    def test_2_real_files_repeats_and_a_broken_one_give_the_reports_of_the_command_line(self):
        files = {POISON: b"\x1f\x8b\x08 this is no gzip"}
        if SHARED:
            files |= trails.of_corpus(f"{SHARED}/corpus")
        if TRAILS:
            files |= trails.of_folder(f"{TRAILS}/redeliver")
        else:
            files |= trails.of_folder(pathlib.Path(__file__).resolve().parents[2] / "samples")
        started = time.monotonic()
        self.application.deliver(files)
        delivered_s = time.monotonic() - started
        self.same_as_command_line(120)
        self.note(f"{len(files)} files: delivered in {delivered_s:.0f} s, compared after {time.monotonic() - started:.0f} s")
        rejected = self.application.document("reports/day/2026-11-22/coverage.json")
        self.assertIn("gzip", json.dumps(rejected["rejected"]))
        # What can never be read is told, and is not tried again.
        self.nothing_waits()

    def test_3_results_that_are_away_for_a_while_lose_nothing(self):
        application = self.application
        files, type(self).failures = trails.burst(40, seed=40, name="fault")
        before = application.keys("inbox/")
        application.proxy.refused = 0
        application.proxy.unavailable = application.results
        application.deliver(files)
        # Each try of a batch is refused four times: two tries and more.
        came, _ = until(lambda: application.proxy.refused >= 8, 60)
        self.assertTrue(came, application.proxy.refused)
        self.assertEqual(application.keys("inbox/"), before)
        application.proxy.unavailable = None
        self.same_as_command_line(90)
        self.nothing_waits()
        self.note(f"{application.proxy.refused} requests were refused")

    def test_4_a_burst_is_counted_once(self):
        files, failures = trails.burst(BURST)
        started = time.monotonic()
        self.application.deliver(files)
        delivered_s = time.monotonic() - started
        self.same_as_command_line(150)
        self.note(f"{BURST} files: delivered in {delivered_s:.0f} s, compared after {time.monotonic() - started:.0f} s")
        self.nothing_waits()
        document = self.application.document("reports/day/2026-11-22/top-error-codes.json")
        [table] = [table for table in document["tables"] if table["by"] == "error_code"]
        counted = {row["value"]: row["events"] for row in table["rows"]}
        # With those of the tests before. The events of corpus and made-up trails are of other days.
        wanted = failures + self.failures + collections.Counter({"AccessDenied": 1})
        self.assertEqual(counted, dict(wanted))

    def test_5_updated_in_place_it_pulls_metrics_of_two_regions(self):
        application = self.application
        before = application.keys("tables/")
        application.update(MetricRegions="us-east-1,eu-west-1", TopRows=3, Alerts="on", ApiAlarms="on", ErrorCodeMetrics="on")
        self.assertEqual(application.keys("tables/"), before)
        self.assertEqual(application.outputs["ResultsBucketName"], application.results)
        hour = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0) - datetime.timedelta(hours=6)
        # (API, stage) of a region: values of single requests, a minute after the other.
        series = {
            ("us-east-1", "orders", "prod"): [10.0, 20.0, 60.0],
            ("us-east-1", "orders", "canary"): [1000.0],
            ("eu-west-1", "storefront", "prod"): [5.0, 7.0],
        }
        for (region, api, stage), values in series.items():
            application.aws.client("cloudwatch", region).put_metric_data(
                Namespace="AWS/ApiGateway",
                MetricData=[
                    {
                        "MetricName": "Latency",
                        "Dimensions": [{"Name": "ApiName", "Value": api}, {"Name": "Stage", "Value": stage}],
                        "Timestamp": hour + datetime.timedelta(minutes=minute),
                        "Value": value,
                    }
                    for minute, value in enumerate(values)
                ],
            )
        span = {"from": hour.isoformat(), "to": (hour + datetime.timedelta(hours=1)).isoformat()}
        summary = application.invoke("ApiLatencyFunction", span)
        application.roll_up()
        document = application.document("reports/latest/average-latency.json")
        rows = {(row["region"], row["api_name"]): (row["average_ms"], row["requests"]) for row in document["rows"]}
        # Weighted by requests, over stages: never a mean of means.
        self.assertEqual(
            rows, {("us-east-1", "orders"): (1090.0 / 4, 4), ("eu-west-1", "storefront"): (6.0, 2)}, summary
        )

    def test_6_an_alert_is_told_to_the_topic_once(self):
        application = self.application
        queue, arrived = application.subscribed(application.outputs["AlarmTopicArn"])
        self.addCleanup(application.sqs.delete_queue, QueueUrl=queue)
        # Below the default, so that it is this file that decides.
        application.s3.put_object(
            Bucket=application.results, Key="config/gatetrail.toml", Body=b"[alerts.latency_average]\nms = 400\n"
        )
        # The last two slices of the newest hour that is pulled: what had ended before anybody listened is not told.
        hour = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0) - datetime.timedelta(hours=3)
        application.aws.client("cloudwatch").put_metric_data(
            Namespace="AWS/ApiGateway",
            MetricData=[
                {
                    "MetricName": "Latency",
                    "Dimensions": [{"Name": "ApiName", "Value": "checkout"}, {"Name": "Stage", "Value": "live"}],
                    "Timestamp": hour + datetime.timedelta(minutes=minute),
                    "StatisticValues": {"SampleCount": 10.0, "Sum": 5000.0, "Minimum": 500.0, "Maximum": 500.0},
                }
                for minute in (50, 55)
            ],
        )
        span = {"from": hour.isoformat(), "to": (hour + datetime.timedelta(hours=1)).isoformat()}
        summary = application.invoke("ApiLatencyFunction", span)
        # Beside the schedule, whose rollup may be the one that tells.
        application.roll_up()
        document = application.document("reports/latest/alerts.json")
        [alert] = [alert for alert in document["alerts"] if alert["api_name"] == "checkout"]
        found = (alert["rule"], alert["stage"], alert["status"], alert["threshold"])
        self.assertEqual(found, ("latency_average", "live", "open", 400), summary)

        of_it = lambda: [told for told in arrived() if told["attributes"].get("api") == "checkout"]
        came, after_s = until(of_it, 40)
        self.assertTrue(came, document["alerts"])
        self.note(f"a message was there {after_s:.0f} s after the rollup")
        # A rollup that has something to fold does not tell it again, nor one that has nothing.
        application.deliver({trails.key("afterwards000000", "1300"): trails.packed([trails.other(1)])})
        self.nothing_waits()
        for _ in range(2):
            application.roll_up()
        time.sleep(2)
        [told] = of_it()
        attributes = {key: told["attributes"].get(key) for key in ("rule", "event", "stage")}
        self.assertEqual(attributes, {"rule": "latency_average", "event": "opened", "stage": "live"})
        self.assertEqual(told["message"]["metadata"]["additionalContext"]["alert"], alert["id"])

    def test_7_deleted_it_leaves_the_data(self):
        application = self.application
        before = application.keys()
        self.assertTrue(before)
        application.stack.delete()
        self.assertEqual(application.keys(), before)
        functions = application.functions.list_functions()["Functions"]
        self.assertEqual(functions, [])
        self.assertEqual(application.aws.client("events").list_rules()["Rules"], [])
        self.assertNotIn("QueueUrls", application.sqs.list_queues())
        self.assertTrue(application.s3.head_bucket(Bucket=TRAIL))


if __name__ == "__main__":
    unittest.main()
