"""Alarms and dashboard name metrics that exist; the tables are those of the store; saved queries are the files'."""

import json
import re
import subprocess
import sys
import unittest

from expanded import ROOT, STACK, VARIANTS, Expanded, variants

EVERYTHING = {**VARIANTS["all alarms"]}
ON_BY_DEFAULT = {
    "DeadLettersAlarm", "UndeliveredAlarm", "FailedInvocationsAlarm", "QueueAgeAlarm", "TrailErrorsErrorsAlarm",
    "TrailErrorsThrottlesAlarm", "ApiLatencyErrorsAlarm", "ApiLatencyThrottlesAlarm", "RollupErrorsAlarm",
    "RollupThrottlesAlarm", "RollupSilentAlarm", "InboxAgeAlarm", "DocumentsRejectedAlarm", "ConfigurationAlarm",
    "NoFilesAlarm", "WindowsIncompleteAlarm", "WindowsFinalAlarm", "MetricsSilentAlarm",
}
# Without a metric, silence is the alarm.
SILENCE = {"NoFilesAlarm", "RollupSilentAlarm", "MetricsSilentAlarm", "NoTrafficAlarm"}
CRATES = {"TrailErrors": "trail-errors", "ApiLatency": "api-latency", "Rollup": "rollup"}

# What queries of Metrics Insights consist of, and names of ours that are none of its keywords: AWS lists those at
# AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-reserved-keywords.html. A name that is not here yet: look there first.
SYNTAX = {"SELECT", "FROM", "SCHEMA", "WHERE", "GROUP", "ORDER", "BY", "ASC", "DESC", "AVG", "SUM", "COUNT"}
FREE = {"ApiName", "ApiId", "ErrorCode", "AWS.AccountId", "Latency", "IntegrationLatency", "ErrorCodeFailures"}


def queries_of(stack):
    """The queries of Metrics Insights, by alarm."""
    return {
        name: metric["Expression"]
        for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items()
        for metric in alarm.get("Metrics", [])
        if "SELECT" in metric.get("Expression", "")
    }


def own_metrics(crate):
    """The metrics that a function writes into its log."""
    code = (ROOT / f"functions/{crate}/src/metrics.rs").read_text(encoding="utf-8")
    return set(re.findall(r'\.(?:count|bytes|duration)\(\s*"(\w+)"', code.split("#[cfg(test)]")[0]))


class Alarms(unittest.TestCase):
    def test_what_costs_nothing_to_be_right_is_on_by_default(self):
        self.assertEqual(set(Expanded(TrailBucketName="logs").of_type("AWS::CloudWatch::Alarm")), ON_BY_DEFAULT)

    def test_what_cannot_be_told_of_alerts_is_told_where_they_are_on(self):
        alarm = Expanded(**VARIANTS["messages of alerts"]).properties("MessagesFailedAlarm")
        self.assertEqual((alarm["Namespace"], alarm["MetricName"]), ("Gatetrail", "MessagesFailed"))
        self.assertEqual(alarm["Dimensions"], [{"Name": "Function", "Value": "Rollup"}])
        self.assertNotIn("MessagesFailedAlarm", Expanded(**VARIANTS["alarms of APIs"]).resources)

    def test_every_alarm_tells_somebody_when_it_begins_and_when_it_ends(self):
        stack = Expanded(**EVERYTHING)
        for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
            self.assertEqual((alarm["AlarmActions"], alarm["OKActions"]), ([stack.arn("AlarmTopic")],) * 2, name)
            self.assertTrue(alarm["AlarmDescription"].endswith("."), name)
            self.assertEqual(alarm["TreatMissingData"], "breaching" if name in SILENCE else "notBreaching", name)
        self.assertEqual(stack.properties("AlarmMail")["Endpoint"], "a@example.com")

    def test_every_metric_of_ours_is_one_that_the_function_writes(self):
        stack = Expanded(**EVERYTHING)
        for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
            metrics = [alarm] if "MetricName" in alarm else [
                metric["MetricStat"]["Metric"] for metric in alarm["Metrics"] if "MetricStat" in metric
            ]
            for metric in metrics:
                [dimension] = metric["Dimensions"]
                if metric["Namespace"] == "Gatetrail":
                    self.assertEqual(dimension["Name"], "Function")
                    self.assertIn(metric["MetricName"], own_metrics(CRATES[dimension["Value"]]), name)
                elif metric["Namespace"] == "AWS/SQS":
                    self.assertTrue(dimension["Value"].endswith(".QueueName"), name)

    def test_a_log_archive_has_an_alarm_of_what_it_could_not_forward(self):
        for parameters in ({}, {"AlarmTopicArn": "arn:aws:sns:eu-west-1:444455556666:ops"}):
            told = list(parameters.values())
            stack = Expanded("infra/log-archive.yaml", TrailBucketName="logs", ToolingBusArn="bus", ReaderRoleArn="role", **parameters)
            [alarm] = stack.of_type("AWS::CloudWatch::Alarm").values()
            self.assertEqual((alarm["AlarmActions"], alarm["OKActions"]), (told, told))
            self.assertEqual(alarm["Dimensions"], [{"Name": "QueueName", "Value": "UndeliveredQueue.QueueName"}])

    def test_an_alarm_looks_back_a_day_at_most(self):
        stack = Expanded(**EVERYTHING, SilentHours=24)
        for name, alarm in stack.of_type("AWS::CloudWatch::Alarm").items():
            period = alarm.get("Period") or max(
                metric.get("Period") or metric.get("MetricStat", {}).get("Period", 0) for metric in alarm["Metrics"]
            )
            self.assertLessEqual(period * alarm["EvaluationPeriods"], 86_400, name)

    def test_names_in_queries_are_quoted_unless_they_are_known_to_be_free(self):
        """CloudWatch refuses a keyword without quotes, whatever its case: FUNCTION is one."""
        for parameters in (EVERYTHING, {**EVERYTHING, "LinkedAccounts": "on"}):
            for name, query in queries_of(Expanded(**parameters)).items():
                unquoted = set(re.findall(r"[\w.]+", re.sub(r"\"[^\"]*\"|'[^']*'", "", query)))
                self.assertEqual(unquoted - SYNTAX - FREE, set(), f"{name}: {query}")
        self.assertIn('SCHEMA("Gatetrail", ErrorCode, "Function") WHERE "Function" = ', queries_of(Expanded(**EVERYTHING))["ErrorCodeAlarm"])

    def test_alarms_of_apis_are_queries_that_new_apis_join(self):
        stack = Expanded(**EVERYTHING)
        queries = queries_of(stack)
        of_apis = {name for name, query in queries.items() if "AWS/ApiGateway" in query}
        for kind in ("Rest", "Http"):
            for alert in ("ServerErrors", "ClientErrors", "Latency", "IntegrationLatency", "LowTraffic"):
                query = queries[f"{kind}{alert}Alarm"]
                self.assertRegex(query, r'^SELECT (AVG|SUM|COUNT)\(\S+\) FROM SCHEMA\("AWS/ApiGateway", Api(Name|Id)\) GROUP BY Api\2')
        self.assertEqual(len(of_apis), 11)
        # In a monitoring account, APIs of one name are as many as there are accounts.
        linked = queries_of(Expanded(**EVERYTHING, LinkedAccounts="on"))
        for name in of_apis - {"NoTrafficAlarm"}:
            self.assertEqual(linked[name], queries[name].replace("GROUP BY ", "GROUP BY AWS.AccountId, "))
        for name in queries.keys() - of_apis | {"NoTrafficAlarm"}:
            self.assertEqual(linked[name], queries[name])
        # Metrics Insights sees three hours.
        for name in of_apis:
            alarm = stack.properties(name)
            self.assertLessEqual(alarm["Metrics"][0]["Period"] * alarm["EvaluationPeriods"], 3 * 3_600)


class Dashboard(unittest.TestCase):
    def test_it_is_json_of_metrics_that_exist(self):
        for stack in variants().values():
            body = json.loads(stack.properties("Dashboard")["DashboardBody"])
            taken = set()
            for widget in body["widgets"]:
                cells = {
                    (x, y)
                    for x in range(widget["x"], widget["x"] + widget["width"])
                    for y in range(widget["y"], widget["y"] + widget["height"])
                }
                self.assertFalse(cells & taken, f"{widget} covers another")
                self.assertLessEqual(max(x for x, _ in cells), 23)
                taken |= cells
                previous = []
                for metric in widget["properties"].get("metrics", []):
                    if isinstance(metric[0], dict):
                        continue
                    # `...` and `.` repeat what stands above.
                    metric = [entry for entry in metric if isinstance(entry, str)]
                    if metric[0] == "...":
                        metric = previous[: len(previous) - 1] + metric[1:]
                    metric = [previous[index] if entry == "." else entry for index, entry in enumerate(metric)]
                    previous = metric
                    if metric[0] == "Gatetrail":
                        self.assertIn(metric[1], own_metrics(CRATES[metric[3]]))


class Tables(unittest.TestCase):
    def test_partitions_are_projected_over_the_store(self):
        stack = Expanded(TrailBucketName="logs")
        tables = {table["TableInput"]["Name"]: table["TableInput"] for table in stack.of_type("AWS::Glue::Table").values()}
        self.assertEqual(set(tables), {"events", "files", "metric_points", "windows"})
        for name, table in tables.items():
            self.assertEqual(table["PartitionKeys"], [{"Name": "dt", "Type": "string"}])
            parameters = table["Parameters"]
            self.assertEqual(parameters["storage.location.template"], f"s3://ResultsBucket/tables/{name}/dt=${{dt}}")
            self.assertEqual(parameters["projection.dt.format"], "yyyy-MM-dd")
            # Athena knows no upper case and no column twice.
            columns = [column["Name"] for column in table["StorageDescriptor"]["Columns"]] + ["dt"]
            self.assertEqual(columns, [column.lower() for column in columns])
            self.assertEqual(len(columns), len(set(columns)))

    def test_columns_are_those_of_the_code(self):
        """Names and order, from the lists that the Parquet files are written by."""
        sources = {"events": "events", "files": "files", "metric_points": "metric_points"}
        stack = Expanded(TrailBucketName="logs")
        for table in stack.of_type("AWS::Glue::Table").values():
            name = table["TableInput"]["Name"]
            path = ROOT / "shared/tables/src" / (f"{sources[name]}/table.rs" if name in sources else "windows.rs")
            code = path.read_text(encoding="utf-8")
            listed = re.search(r"const COLUMNS:[^=]*= &\[(.*?)\n    \];", code, re.DOTALL).group(1)
            columns = [column["Name"] for column in table["TableInput"]["StorageDescriptor"]["Columns"]]
            self.assertEqual(sorted(columns), sorted(re.findall(r'"(\w+)"', listed)), name)

    def test_saved_queries_are_the_files_all_of_them(self):
        stack = Expanded(TrailBucketName="logs")
        saved = stack.of_type("AWS::Athena::NamedQuery").values()
        files = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "infra/athena").glob("*.sql")}
        self.assertGreaterEqual(len(files), 31)
        self.assertEqual({query["Name"]: query["QueryString"] for query in saved}, files)
        for query in saved:
            self.assertEqual((query["Database"], query["WorkGroup"]), ("Database", STACK), query["Name"])
            # What Athena takes at most.
            self.assertLess(len(query["QueryString"]), 262_144, query["Name"])
            self.assertTrue(query["Description"].endswith("."), query["Name"])
        subprocess.run([sys.executable, ROOT / "infra/athena/named_queries.py", "--check"], check=True)

    def test_a_query_has_a_limit(self):
        configuration = Expanded(TrailBucketName="logs").properties("WorkGroup")["WorkGroupConfiguration"]
        self.assertTrue(configuration["EnforceWorkGroupConfiguration"])
        self.assertEqual(configuration["BytesScannedCutoffPerQuery"], 10 << 30)


if __name__ == "__main__":
    unittest.main()
