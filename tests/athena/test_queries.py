"""The saved queries of Athena, run by DuckDB over a store of the samples: they answer what the reports answer.

DuckDB reads the same Parquet and understands the same SQL, as far as these queries go; the clock is set to the samples' day."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import duckdb

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLES = ("events", "files", "metric_points", "windows")
NOW = "TIMESTAMP '2026-11-21 00:00:00'"

# Athena's types, as the template has them, by DuckDB's.
TYPES = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DOUBLE": "double",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    "MAP(BIGINT, VARCHAR)": "map<bigint,string>",
    "MAP(VARCHAR, BIGINT)": "map<string,bigint>",
    "BIGINT[]": "array<bigint>",
}


class Queries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="gatetrail-athena-")
        cls.addClassCleanup(folder.cleanup)
        cls.store = pathlib.Path(folder.name)
        command = [os.environ["GATETRAIL_BIN"], "ingest", str(ROOT / "samples"), "--store", folder.name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.database = duckdb.connect()
        cls.database.execute("SET TimeZone = 'UTC'")
        for table in TABLES:
            paths = cls.store / "tables" / table / "*" / "*.parquet"
            # A partition is a text to Athena, as the template declares it.
            cls.database.execute(
                f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{paths}', hive_partitioning = true, hive_types_autocast = false)"
            )

    def answer(self, name):
        text = (ROOT / f"infra/athena/{name}.sql").read_text(encoding="utf-8")
        self.assertIn("current_timestamp", text)
        return self.database.execute(text.replace("current_timestamp", NOW)).fetchall()

    def report(self, name):
        return json.loads((self.store / f"reports/day/2026-11-20/{name}.json").read_bytes())

    def test_top_error_codes(self):
        [table] = [table for table in self.report("top-error-codes")["tables"] if table["by"] == "error_code"]
        wanted = [(row["value"], row["events"]) for row in table["rows"]]
        self.assertEqual(self.answer("top-error-codes"), wanted)
        expected = json.loads((ROOT / "samples/expected.jsonl").read_text(encoding="utf-8"))
        self.assertEqual([list(row) for row in wanted], expected["by_error_code"])

    def test_average_latency(self):
        found = {}
        for api, _, region, account, average_ms, requests, minimum_ms, maximum_ms in self.answer("average-latency"):
            found[api, region, account] = (round(average_ms, 9), requests, minimum_ms, maximum_ms)
        wanted = {
            (row["api_name"], row["region"], row["account"]):
                (round(row["average_ms"], 9), row["requests"], row["minimum_ms"], row["maximum_ms"])
            for row in self.report("average-latency")["rows"]
        }
        self.assertTrue(found)
        self.assertEqual(len(found), len(wanted))
        self.assertEqual(sorted(found.values()), sorted(wanted.values()))

    def test_columns_have_the_types_that_the_template_declares(self):
        template = (ROOT / "template.yaml").read_text(encoding="utf-8")
        for table in TABLES:
            declared = {}
            for line in template.split(f"        Name: {table}\n")[1].split("Columns:\n")[1].splitlines():
                if not line.startswith("            - { Name: "):
                    break
                name, kind = line.removeprefix("            - { Name: ").removesuffix(" }").split(", Type: ")
                declared[name] = kind.strip("'")
            described = self.database.execute(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
            read = {name: TYPES[kind] for name, kind in described if name != "dt"}
            self.assertEqual(declared, read, table)
            self.assertEqual(list(declared), list(read), table)


if __name__ == "__main__":
    unittest.main()
