#!/usr/bin/env python3
"""Holds every query of infra/athena to the reports, or where there is none to an independent computation.

usage: check.py GATETRAIL    (the binary; needs what tests/tools/queries.lock.txt pins)
"""

import collections
import datetime
import functools
import ipaddress
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import traceback

import athena
import made
import rows_of_metrics as metrics
from trino_query_parser import TrinoSyntaxError, parse_statement
from rows_of_events import Events
from rows_of_metrics import API, Apis, Metrics

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIME = datetime.datetime
QUERIES = {path.stem: path for path in sorted((ROOT / "infra/athena").glob("*.sql"))}
TABLES = {"events", "metric_points"}

WINDOWS = {
    "a day": (TIME(2026, 11, 21), TIME(2026, 11, 22)),
    "the day of the samples": (TIME(2026, 11, 20), TIME(2026, 11, 21)),
    "both days": (TIME(2026, 11, 20), TIME(2026, 11, 22)),
    "and the day after": (TIME(2026, 11, 20), TIME(2026, 11, 23)),
    "hours across midnight": (TIME(2026, 11, 20, 22, 7), TIME(2026, 11, 21, 6)),
    "from within an hour": (TIME(2026, 11, 21, 1, 30), TIME(2026, 11, 21, 8, 10)),
    "nothing": (TIME(2026, 11, 1), TIME(2026, 11, 2)),
}
FILTERS = [
    {},
    {"account": made.ACCOUNT},
    {"account": f"{made.OTHER},444455556666", "region": made.WEST},
    {"region": f"{made.EAST},{made.WEST}", "api": "*"},
    {"api": "ORDERS*"},
    {"api": "*staging"},
    {"api": "shop"},
    {"api": "ord1"},
    {"api": "100%*"},
    {"api": "Twin"},
    {"api": "Bestellungen-\u00fc"},
    {"api": "%"},
    {"api": "h_"},
    {"api": "no-such-api"},
]


class Question:
    """A window and filters, for the queries and for the command line."""

    def __init__(self, window: str, filters: dict):
        self.since, self.until = WINDOWS[window]
        self.parameters = {"since": self.since, "until": self.until, **filters}
        self.text = f"{window} {filters or ''}"

    def options(self) -> list[str]:
        options = ["--since", f"{self.since.isoformat()}Z", "--until", f"{self.until.isoformat()}Z"]
        for name in ("account", "region", "api"):
            if self.parameters.get(name, "*") != "*":
                options += [f"--{name}", self.parameters[name]]
        return options + (["--require-api"] if self.parameters.get("require_api") else [])


class Store:
    def __init__(self, gatetrail: str, folder: pathlib.Path):
        self.gatetrail = gatetrail
        self.path = made.make(gatetrail, ROOT / "samples", folder)
        self.tables = athena.Tables(self.path)
        self.events = self.tables.rows("SELECT * FROM events")
        self.points = self.tables.rows("SELECT * FROM metric_points")
        self.apis = Apis(self.events)
        self.parsed = functools.cache(lambda name: athena.parse(QUERIES[name]))
        self.asked = collections.Counter()

    def ask(self, name: str, parameters: dict) -> list[dict]:
        query = self.parsed(name)
        if "names_since" in athena.parameters_of(query):
            parameters = {"names_since": datetime.date(2013, 11, 1)} | parameters
        rows = self.tables.ask(query, parameters)
        self.asked[name] += bool(rows)
        return rows

    def run(self, command: str, *options: str) -> list:
        """The documents that a command answers with."""
        ran = subprocess.run([self.gatetrail, command, str(self.path), *options], capture_output=True, text=True)
        if ran.returncode and "nothing" not in ran.stderr:
            raise RuntimeError(f"{command} {options}: {ran.stderr}")
        if "jsonl" in options:
            return [json.loads(line) for line in ran.stdout.splitlines()]
        return [json.loads(ran.stdout)] if ran.stdout else []

    def ranking(self, question: Question, by: str, status: str, top: int = 0) -> dict:
        [document] = self.run("errors", *question.options(), "--by", by, "--status", status, "--top", str(top), "-o", "json") or [None]
        return document or {"tables": [{"rows": [], "rest": {"values": 0, "events": 0}}], "totals": {"failures": 0, "successes": 0}}

    def latency(self, question: Question, by: str, *options: str) -> list[dict]:
        documents = self.run("latency", *question.options(), "--by", f"api_name,namespace,region,account{by}", *options, "-o", "json")
        return documents[0]["rows"] if documents else []


def same(one, other, path="") -> None:
    """Equal, but for the order in which doubles were added up."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        assert len(one) == len(other), f"{path}: {len(one)} rows, wanted {len(other)}\n{one[:3]}\n{other[:3]}"
        for index, (left, right) in enumerate(zip(one, other)):
            same(left, right, f"{path}[{index}]")
    elif isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys(), f"{path}: {list(one)}, wanted {list(other)}"
        for key in one:
            same(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, float) or isinstance(other, float):
        assert one is not None and other is not None and math.isclose(one, other, rel_tol=1e-12, abs_tol=0), f"{path}: {one}, wanted {other}"
    else:
        assert one == other, f"{path}: {one!r}, wanted {other!r}"


def unordered(rows: list[dict]) -> list[dict]:
    return sorted(rows, key=lambda row: [(value is None, str(value)) for value in row.values()])


def picked(rows, *columns):
    return [{column: row.get(column) for column in columns} for row in rows]


def in_order(rows: list[dict], *columns: str) -> None:
    """Each column ascending, or with a minus descending, as far as those before are equal; NULL last."""
    def rank(row):
        ranks = []
        for column in columns:
            value = row[column.lstrip("-")]
            ranks.append((value is None, 0 if value is None else -value if column[0] == "-" else value))
        return ranks
    keys = list(map(rank, rows))
    assert keys == sorted(keys), f"not by {columns}"


# ---- Every query by itself


def check_form(store: Store) -> None:
    """Athena's dialect, the tables of the store, each CTE of a name with one text wherever it stands, days by their partitions."""
    for name in QUERIES:
        query = store.parsed(name)
        text = QUERIES[name].read_text()
        assert athena.tables_of(query) <= TABLES, name
        assert "FROM events AS event" not in text or "event.status = 'Success'" in text, name
        parameters = list(athena.parameters_of(query))
        assert parameters[:3] == ["account", "region", "api"] and ("since" in parameters or "day" in parameters), f"{name}: {parameters}"
        described = [line.split()[1] for line in text.splitlines() if line.startswith("--   ")]
        assert described == parameters, f"{name} describes {described}"
        assert "point.dt" in text or "metric_points" not in text, name
        assert ";" not in text, name


# Athena's types, as the template declares them, by those that DuckDB finds in the files.
TYPES = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DOUBLE": "double",
    "TIMESTAMP": "timestamp",
    "MAP(BIGINT, VARCHAR)": "map<bigint,string>",
    "MAP(VARCHAR, BIGINT)": "map<string,bigint>",
    "BIGINT[]": "array<bigint>",
}


def check_declared_columns(store: Store) -> None:
    """The tables that template.yaml declares to Athena have the columns of the files, in their order and of their types."""
    template = (ROOT / "template.yaml").read_text()
    for table in ("events", "files", "metric_points", "windows"):
        columns = template.split(f"        Name: {table}\n")[1].split("Columns:\n")[1]
        declared = []
        for line in columns.splitlines():
            column = re.fullmatch(r" +- \{ Name: (\w+), Type: '?([^']+?)'? \}", line)
            if not column:
                break
            declared.append(column.groups())
        described = store.tables.rows(f"SELECT column_name, column_type FROM (DESCRIBE {table})")
        same(declared, [(row["column_name"], TYPES[row["column_type"]]) for row in described if row["column_name"] != "dt"], table)


def check_grammar(store: Store) -> None:
    """Trino's own grammar, of the version that engine version 3 is near to, is stricter than sqlglot."""
    for name, path in QUERIES.items():
        try:
            parse_statement(path.read_text())
        except TrinoSyntaxError as problem:
            raise AssertionError(f"{name}: {problem}") from problem
    try:
        parse_statement("SELECT count(*) FROM events QUALIFY TRUE")
    except TrinoSyntaxError:
        return
    raise AssertionError("the grammar takes what is none")


def check_shared_parts(store: Store) -> None:
    """Queries that say the same say it in the same words: a rule that is changed in one is changed in all."""
    texts = collections.defaultdict(lambda: collections.defaultdict(list))
    for name in QUERIES:
        for cte in store.parsed(name).find_all(athena.exp.CTE):
            texts[cte.alias][cte.this.sql(dialect="athena")].append(name)
    # What a query asks for besides stands in its own `params`, `span`, `readings` and what follows from them.
    for alias in ("dated", "corrections", "replaced", "names", "counted", "sliced", "slices", "given", "apis", "wanted", "periods"):
        assert len(texts[alias]) == 1, f"{alias} differs: {[names for names in texts[alias].values()]}"


def check_defaults(store: Store) -> None:
    """As they are, for the latest 24 hours."""
    for name in QUERIES:
        store.tables.ask(store.parsed(name), {})


# ---- Events


def check_rankings(store: Store) -> None:
    for question in event_questions():
        top = store.ranking(question, "error_code", "failure", 10)
        rows, rest = top["tables"][0]["rows"], top["tables"][0]["rest"]
        wanted = [{"error_code": row["value"], "events": row["events"], "share": row["share"], "all_codes": len(rows) + rest["values"],
                   "all_failures": top["totals"]["failures"]} for row in rows]
        same(store.ask("top-error-codes", question.parameters), wanted, f"top-error-codes {question.text}")
        for name, status in (("failed-events", "failure"), ("successful-events", "success")):
            ranked = store.ranking(question, "event_name", status)["tables"][0]["rows"]
            wanted = [{"event_name": row["value"], "events": row["events"], "share": row["share"]} for row in ranked]
            same(store.ask(name, question.parameters), wanted, f"{name} {question.text}")
        for name, status in (("failure-activity-location", "failure"), ("successful-activity-location", "success")):
            ranked = store.ranking(question, "source_ip", status)["tables"][0]["rows"]
            wanted = [{"source_ip": row["value"], "events": row["events"]} for row in ranked
                      if row["value"] not in ("", "AWS Internal") and not row["value"].endswith(".amazonaws.com")]
            same(picked(store.ask(name, question.parameters), "source_ip", "events"), wanted, f"{name} {question.text}")
        for status in ("all", "failure", "success"):
            ranked = store.ranking(question, "user_agent", status, 20)["tables"][0]["rows"]
            wanted = [{"user_agent": row["value"] or None, "events": row["events"]} for row in ranked]
            agents = store.ask("top-user-agents", question.parameters | {"status": status})
            same(picked(agents, "user_agent", "events"), wanted, f"top-user-agents {question.text} {status}")


def check_status(store: Store) -> None:
    for question in event_questions():
        totals = store.ranking(question, "error_code", "all")["totals"]
        counts = [("Failure", totals["failures"]), ("Success", totals["successes"])]
        wanted = [{"status": status, "events": events, "share": metrics.divided(events, sum(count for _, count in counts))} for status, events in counts]
        same(store.ask("event-status", question.parameters), wanted, f"event-status {question.text}")


def check_trends(store: Store) -> None:
    for question in event_questions():
        for minutes in (15, 60):
            parameters = question.parameters | {"slice_minutes": minutes}
            events = Events(store.events, parameters)
            slices, counts = events.slices(minutes), events.sliced(events.rows, minutes, "status")
            wanted = [{"slice_start": start, "failures": counts[start, "Failure"], "successes": counts[start, "Success"]} for start in slices]
            same(store.ask("event-status-trend", parameters), wanted, f"event-status-trend {question.text}")
            for status in ("all", "failure"):
                events = Events(store.events, parameters | {"status": status})
                counts = events.sliced(events.of_status, minutes, "event_name")
                names = sorted({row["event_name"] for row in events.of_status})
                wanted = [{"slice_start": start, "event_name": name, "events": counts[start, name]} for start in slices for name in names]
                same(store.ask("events-trend-by-event-name", parameters | {"status": status}), wanted, f"events-trend-by-event-name {question.text}")


def check_corrections_within_the_window(store: Store) -> None:
    """A correction outside the window replaces nothing in it."""
    for until in (TIME(2026, 11, 21, 4, 0, 15), TIME(2026, 11, 21, 4, 0, 45), TIME(2026, 11, 21, 4, 10)):
        parameters = {"since": TIME(2026, 11, 21, 4), "until": until}
        wanted = collections.Counter(row["error_code"] for row in Events(store.events, parameters).rows)
        codes = {row["error_code"]: row["events"] for row in store.ask("top-error-codes", parameters)}
        same(codes, dict(wanted), f"top-error-codes until {until}")
        assert ("Wrong" in codes, "Less" in codes, "Right" in codes).count(True) == 1, codes


def check_details(store: Store) -> None:
    columns = ["event_time", "event_name", "user", "principal_type", "account_id", "region", "source_ip", "user_agent", "request_id", "event_id"]
    for question in event_questions():
        for name, status, more in (("failed-event-details", "failure", ["error_code", "error_message"]), ("successful-event-details", "success", [])):
            rows = store.ask(name, question.parameters)
            shown = [{**row, "event_time": row["event_time"]} for row in picked(rows, *columns, *more)]
            listed = picked(store.run("events", *question.options(), "--status", status, "-o", "jsonl"), *columns, *more)
            for row in listed:
                row["event_time"] = TIME.fromisoformat(row["event_time"].removesuffix("Z"))
            same(shown, listed, f"{name} {question.text}")
            by_api = collections.Counter(row["api"] or "" for row in rows)
            ranked = store.ranking(question, "api", status)["tables"][0]["rows"]
            same(dict(sorted(by_api.items())), dict(sorted((row["value"], row["events"]) for row in ranked)), f"{name} {question.text} api")
            same(store.ask(name, question.parameters | {"top": 3}), rows[:3], f"{name} top")


def check_users(store: Store) -> None:
    for question in event_questions():
        for status in ("all", "failure"):
            events = Events(store.events, question.parameters | {"status": status})
            counts, failures = collections.Counter(), collections.Counter()
            for row in events.of_status:
                who = row["principal_type"], row["user"]
                counts[who] += 1
                failures[who] += row["status"] == "Failure"
            wanted = []
            for kind in sorted({kind for kind, _ in counts}, key=lambda kind: (kind is None, kind)):
                ranked = sorted((who for who in counts if who[0] == kind), key=lambda who: (-counts[who], who[1] or ""))[:10]
                wanted += [{"principal_type": kind, "user": who[1], "events": counts[who], "failures": failures[who]} for who in ranked]
            same(store.ask("top-users", question.parameters | {"status": status}), wanted, f"top-users {question.text} {status}")


def check_threats(store: Store) -> None:
    listed = ["203.0.113.0/24", "203.0.113.9", "198.51.100.2", "2001:db8::/48", "2001:db8:1::8", "192.0.2.67/32"]
    for question in event_questions():
        wanted = []
        addresses = collections.defaultdict(list)
        for row in Events(store.events, question.parameters).rows:
            if address := athena.read(ipaddress.ip_address, row["source_ip"]):
                addresses[row["source_ip"], address].append(row)
        for (text, address), events in addresses.items():
            for entry in listed:
                if address in ipaddress.ip_network(entry):
                    times = [row["event_time"] for row in events]
                    wanted.append({"source_ip": text, "listed_as": entry, "events": len(events),
                                   "failures": sum(row["status"] == "Failure" for row in events), "first_event": min(times), "last_event": max(times)})
        wanted.sort(key=lambda row: (-row["events"], row["source_ip"], row["listed_as"]))
        same(store.ask("threats-by-caller-ip", question.parameters | {"listed": listed}), wanted, f"threats-by-caller-ip {question.text}")


def event_questions():
    for window in WINDOWS:
        yield Question(window, {})
    for filters in [*FILTERS[1:], {"require_api": True}, {"require_api": True, "api": "orders*", "account": made.ACCOUNT}]:
        yield Question("both days", filters)


# ---- Metrics, held to `gatetrail latency`


def metric_questions():
    for window in WINDOWS:
        yield Question(window, {})
    for filters in FILTERS[1:]:
        yield Question("both days", filters)


def check_average_latency(store: Store) -> None:
    for question in metric_questions():
        for metric in ("Latency", "IntegrationLatency"):
            wanted = []
            for row in store.latency(question, "", "--metric", metric):
                percentiles = row["percentiles"][0] if row["percentiles"] else {}
                wanted.append({
                    **{name: row[name] for name in ("api_name", "api_id", "namespace", "region", "account", "average_ms")},
                    "requests": float(row["requests"]), "minimum_ms": row["minimum_ms"], "maximum_ms": row["maximum_ms"],
                    **{f"p{rank}_ms": percentiles.get(f"p{rank}_ms") for rank in (50, 90, 95, 99)}, "is_ambiguous": row["ambiguous"],
                })
            rows = store.ask("average-latency", question.parameters | {"metric": metric})
            in_order(rows, "-average_ms")
            same(unordered(rows), unordered(wanted), f"average-latency {question.text} {metric}")


def check_names_since(store: Store) -> None:
    """Names that were given before are not known, and what was measured is shown without."""
    parameters = Question("a day", {}).parameters
    named, unnamed = (store.ask("http-stages", parameters | {"names_since": datetime.date(2026, 11, day)}) for day in (20, 22))
    assert {row["api_name"] for row in named} > {None} == {row["api_name"] for row in unnamed}, named
    figures = lambda rows: [{**row, "api_name": None} for row in unordered(rows)]
    same(unordered(figures(named)), unordered(figures(unnamed)), "http-stages")


LISTS = {
    "rest-stages": ("rest", ",stage", ["stage"]),
    "http-stages": ("http/websocket", ",stage", ["stage"]),
    "rest-methods": ("rest", ",stage,method", ["stage", "resource", "method"]),
    "http-routes": ("http/websocket", ",stage,method", ["stage", "resource", "method"]),
}


def check_lists_against_reports(store: Store) -> None:
    """Averages and rates are those of `gatetrail latency`."""
    for question in metric_questions():
        reports = {by: store.latency(question, by) for by in (",stage", ",stage,method")}
        for name, (kind, by, dimensions) in LISTS.items():
            figures = ["average_ms", "maximum_ms", "client_error_rate", "server_error_rate", *(["cache_hit_rate", "cache_miss_rate"] if kind == "rest" else [])]
            columns = ["api_name", "api_id", "account", "region", *dimensions, *figures]
            wanted = picked((row for row in reports[by] if row["api_kind"] == kind), *columns)
            rows = [row for row in picked(store.ask(name, question.parameters), *columns) if row["average_ms"] is not None]
            same(unordered(rows), unordered(wanted), f"{name} {question.text}")


def check_slices_against_reports(store: Store) -> None:
    """A slice of a trend is what `gatetrail latency` says of that time."""
    for window in ("a day", "the day of the samples"):
        parameters = {"since": WINDOWS[window][0], "until": WINDOWS[window][1], "slice_minutes": 15, "by_stage": True}
        for minutes in (0, 45, 75, 135, 420):
            start = WINDOWS[window][0] + datetime.timedelta(minutes=minutes)
            question = Question(window, {})
            question.since, question.until = start, start + datetime.timedelta(minutes=15)
            report = store.latency(question, ",stage")
            for name, kind, figures in (("rest-latency-trend", "rest", ["average_ms", "maximum_ms"]),
                                        ("rest-error-trend", "rest", ["client_error_rate", "server_error_rate"]),
                                        ("http-trend", "http/websocket", ["average_ms", "maximum_ms", "client_error_rate", "server_error_rate"])):
                columns = ["api_name", "api_id", "account", "region", "stage", *figures]
                rows = [row for row in store.ask(name, parameters) if row["slice_start"] == start and row["api_name"] != "errors-alone"]
                wanted = picked((row for row in report if row["api_kind"] == kind), *columns)
                same(unordered(picked(rows, *columns)), unordered(wanted), f"{name} {start}")


# ---- Metrics, worked out once more

REST = ["Latency", "IntegrationLatency", "Count", "4XXError", "5XXError", "CacheHitCount", "CacheMissCount"]
HTTP = ["Latency", "IntegrationLatency", "Count", "4xx", "5xx", "DataProcessed"]
SOCKET = ["ConnectCount", "MessageCount", "ClientError", "ExecutionError", "IntegrationError", "IntegrationLatency"]


def rest_figures(places):
    return {"requests": metrics.requests(places), **metrics.durations(places, "Latency"), **metrics.durations(places, "IntegrationLatency", "integration_"),
            **metrics.errors(places, True), **metrics.caches(places)}


def http_figures(places):
    return {"requests": metrics.requests(places), **metrics.durations(places, "Latency"), **metrics.durations(places, "IntegrationLatency", "integration_"),
            **metrics.errors(places, False), "bytes_processed": metrics.total(places, "DataProcessed")}


def had_requests(figures):
    return (figures["requests"] or 0) > 0


def had_messages(figures):
    return sum(value or 0 for name, value in figures.items() if "_ms" not in name) > 0


# Query: kind, metrics that it reads, level, dimensions, figures, which rows it has, whether it is a trend.
COMPUTED = {
    "rest-calls-by-api": ("rest", ["Latency", "Count"], 1, [], lambda places: {"requests": metrics.requests(places)}, had_requests, False),
    "rest-stages": ("rest", REST, 2, ["stage"], rest_figures, had_requests, False),
    "rest-methods": ("rest", REST, 3, ["stage", "resource", "method"], rest_figures, had_requests, False),
    "rest-methods-trend": ("rest", REST, 3, ["stage", "resource", "method"], rest_figures, had_requests, True),
    "rest-latency-trend": ("rest", ["Latency", "IntegrationLatency", "Count"], None, ["stage"],
                           lambda places: {"requests": metrics.requests(places), **metrics.durations(places, "Latency"), **metrics.durations(places, "IntegrationLatency", "integration_")},
                           lambda figures: figures["average_ms"] is not None or figures["integration_average_ms"] is not None, True),
    "rest-error-trend": ("rest", ["Latency", "Count", "4XXError", "5XXError"], None, ["stage"],
                         lambda places: {"requests": metrics.requests(places), **metrics.errors(places, True)}, had_requests, True),
    "rest-cache-trend": ("rest", ["Latency", "CacheHitCount", "CacheMissCount"], None, ["stage"], metrics.caches,
                         lambda figures: figures["cache_hit_rate"] is not None or figures["cache_miss_rate"] is not None, True),
    "http-stages": ("http", HTTP, 2, ["stage"], http_figures, had_requests, False),
    "http-routes": ("http", HTTP, 3, ["stage", "resource", "method"], http_figures, had_requests, False),
    "http-trend": ("http", HTTP, None, ["stage"], http_figures, had_requests, True),
    "websocket-stages": ("websocket", SOCKET, 2, ["stage"], metrics.sockets, had_messages, False),
    "websocket-routes": ("websocket", SOCKET, 3, ["stage", "route"], metrics.sockets, had_messages, False),
    "websocket-trend": ("websocket", SOCKET, None, ["stage"], metrics.sockets, had_messages, True),
}


def read(store: Store, parameters: dict, kind: str, names: list[str], level, **more) -> Metrics:
    levels = {1: {1, 2, 3}, 2: {2, 3}, 3: {3}, None: {2, 3} if parameters.get("by_stage", True) else {1, 2, 3}}[level]
    return Metrics(store.points, store.apis, parameters, is_rest=kind == "rest", metrics=names, levels=levels,
                   deciding=None if kind == "websocket" else "Latency", **more)


def check_metrics(store: Store) -> None:
    for question in metric_questions():
        for name, (kind, names, level, dimensions, figures, is_row, is_trend) in COMPUTED.items():
            for minutes, by_stage in ([(15, True), (5, False), (60, True)] if is_trend else [(60, True)]):
                parameters = question.parameters | ({"slice_minutes": minutes} if is_trend else {})
                parameters |= {"by_stage": by_stage} if level is None else {}
                readings = read(store, parameters, kind, names, level, slice_minutes=minutes)
                shown = lambda place: {column: place[column] if by_stage or level is not None else None for column in dimensions}
                groups = readings.by(lambda api, place, _, start: (api, tuple(shown(place).items()), start if is_trend else None))
                wanted = []
                for (api, place, start), places in groups.items():
                    known = figures(places)
                    if is_row(known):
                        api_name, api_id, _ = store.apis.named(api)
                        row = {"slice_start": start} if is_trend else {}
                        wanted.append({**row, "api_name": api_name, "api_id": api_id, "account": api[0], "region": api[1], **dict(place), **known})
                rows = store.ask(name, parameters)
                if is_trend:
                    in_order(rows, "slice_start")
                same(unordered(rows), unordered(wanted), f"{name} {question.text} {minutes} {by_stage}")


def check_calls(store: Store) -> None:
    for question in metric_questions():
        readings = read(store, question.parameters, "rest", ["Latency", "Count"], 1)
        by_api = {api: requests for api, places in readings.by(lambda api, *_: api).items() if (requests := metrics.requests(places))}
        wanted = [{"requests": math.fsum(by_api.values()), "apis": len(by_api)}]
        same(store.ask("rest-calls", question.parameters), wanted, f"rest-calls {question.text}")

        readings = read(store, question.parameters, "rest", ["Latency", "Count"], 3)
        wanted = []
        for api, places in readings.by(lambda api, *_: api).items():
            called = {(place[1], place[2]) for (one, place, _, _), figures in readings.places.items() if one == api and metrics.requests_of(figures)}
            if requests := metrics.requests(places):
                api_name, api_id, _ = store.apis.named(api)
                wanted.append({"api_name": api_name, "api_id": api_id, "account": api[0], "region": api[1], "resources": len({resource for resource, _ in called}),
                               "methods": len(called), "requests": requests})
        same(unordered(store.ask("rest-resources", question.parameters)), unordered(wanted), f"rest-resources {question.text}")


def check_today(store: Store) -> None:
    for day in (datetime.date(2026, 11, 21), datetime.date(2026, 11, 20), datetime.date(2026, 1, 1)):
        for filters in FILTERS:
            days = {"today": day, "yesterday": day - datetime.timedelta(days=1), "last_week": day - datetime.timedelta(days=7)}
            readings = read(store, filters, "rest", ["Latency", "Count"], 1, days=set(days.values()))
            groups = readings.by(lambda _, __, at, ___: at)
            at = lambda day, hour: TIME.combine(day, datetime.time(hour))
            wanted = [{"hour_of_day": hour, **{name: metrics.requests(groups[at(day, hour)]) if at(day, hour) in groups else None for name, day in days.items()}}
                      for hour in range(24)]
            same(store.ask("rest-today-yesterday-last-week", filters | {"day": day}), wanted, f"rest-today-yesterday-last-week {day} {filters}")


def check_percentiles(store: Store) -> None:
    for question in metric_questions():
        for level, name in ((1, "api"), (2, "stage"), (3, "method")):
            for period in (300, 3_600, 86_400):
                parameters = question.parameters | {"metric": "Latency", "level": name, "period_s": period}
                wanted = []
                for row in store.points:
                    api = metrics.key(row, API)
                    end = row["timestamp"] + datetime.timedelta(seconds=row["period_s"])
                    if (row["metric"], row["period_s"], metrics.level_of(row)) == ("Latency", period, level) and row["timestamp"] >= question.since \
                            and end <= question.until and any(row[rank] is not None for rank in ("p50", "p90", "p95", "p99")) \
                            and metrics.is_listed(question.parameters.get("account", "*"), row["account"]) \
                            and metrics.is_listed(question.parameters.get("region", "*"), row["region"]) \
                            and store.apis.passes(api, question.parameters.get("api", "*")):
                        api_name, api_id, _ = store.apis.named(api)
                        wanted.append({"slice_start": row["timestamp"], "api_name": api_name, "api_id": api_id, "account": row["account"], "region": row["region"],
                                       **{column: row[column] for column in ("stage", "resource", "method", "route")}, "requests": row["sample_count"],
                                       **{f"{rank}_ms": row[rank] for rank in ("p50", "p90", "p95", "p99")}})
                same(unordered(store.ask("percentile-latency-trend", parameters)), unordered(wanted), f"percentile-latency-trend {question.text} {name}")


def check_coverage(store: Store) -> None:
    """No query was only ever seen to find nothing."""
    silent = [name for name in QUERIES if not store.asked[name]]
    assert not silent, f"never found anything: {silent}"


def main() -> None:
    checks = [check for name, check in globals().items() if name.startswith("check_")]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        store = Store(str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(folder))
        for check in checks:
            name = check.__name__.removeprefix("check_").replace("_", " ")
            try:
                check(store)
                print(f"test {name} ... ok", flush=True)
            except Exception as problem:
                failures += 1
                print(f"test {name} ... FAILED", flush=True)
                print(problem if isinstance(problem, AssertionError) else traceback.format_exc())
    print(f"test result: {'FAILED' if failures else 'ok'}. {len(checks) - failures} passed; {failures} failed; 0 ignored; {sum(store.asked.values())} answers compared")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
