"""What the queries must say of metrics, worked out once more in Python from all rows of the table.

One period of a series and hour, one level of an API and hour, then sums.
"""

import collections
import datetime
import functools
import math

from rows_of_events import is_listed, matcher

API = ("account", "region", "namespace", "api_name", "api_id")
PLACE = ("stage", "resource", "method", "route")
Reading = collections.namedtuple("Reading", "total samples minimum maximum")


def key(row, columns):
    return tuple(row[column] for column in columns)


def level_of(row) -> int:
    return 1 if row["stage"] is None else 2 if row["method"] is None and row["route"] is None else 3


def all_or_none(values, fold):
    values = list(values)
    return None if any(value is None for value in values) else fold(values)


class Apis:
    """Names that events of any day gave to APIs, and how metrics know them."""

    def __init__(self, events: list[dict]):
        self.names, self.rest_ids = collections.defaultdict(list), collections.defaultdict(set)
        for row in sorted((row for row in events if row["event_time"]), key=lambda row: (row["event_time"], row["event_id"])):
            if row["status"] == "Success" and row["api_name"] and row["api_id"]:
                region = row["account_id"], row["region"]
                self.names[*region, row["api_id"]].append(row["api_name"])
                if row["api_kind"] == "rest":
                    ascii_name = "".join(letter for letter in row["api_name"] if ord(letter) < 128) or row["api_id"]
                    self.rest_ids[*region, ascii_name].add(row["api_id"])

    def named(self, api) -> tuple:
        """Name and id, and whether the name is that of several."""
        account, region, _, name, api_id = api
        if name is None:
            names = self.names[account, region, api_id]
            return names[-1] if names else None, api_id, False
        ids = self.rest_ids[account, region, name]
        return name, min(ids) if len(ids) == 1 else None, len(ids) > 1

    @functools.cache
    def passes(self, api, pattern: str) -> bool:
        account, region, _, name, api_id = api
        matches = matcher(pattern)
        ids = [api_id] if name is None else self.rest_ids[account, region, name]
        known = [name or api_id, *ids, *(one for each in ids for one in self.names[account, region, each])]
        return any(map(matches, known))


class Metrics:
    """Readings of the places that count, by API, place, hour and slice."""

    def __init__(self, points: list[dict], apis: Apis, parameters: dict, *, is_rest, metrics, levels, deciding, slice_minutes=60, days=None):
        self.apis = apis
        step, hour = datetime.timedelta(minutes=slice_minutes), datetime.timedelta(hours=1)
        floor = lambda at, length: at - (at - datetime.datetime(2000, 1, 1)) % length

        def is_in_time(row):
            if days is not None:
                return row["timestamp"].date() in days
            return parameters["since"] <= row["timestamp"] and row["timestamp"] + datetime.timedelta(seconds=row["period_s"]) <= parameters["until"]

        periods = collections.defaultdict(lambda: collections.defaultdict(list))
        for row in points:
            is_duration = row["metric"] in ("Latency", "IntegrationLatency")
            if (row["metric"] in metrics and is_rest in (None, row["api_name"] is not None) and level_of(row) in levels and is_in_time(row)
                    and 3600 % row["period_s"] == 0 and row["sum"] is not None and (row["sample_count"] is not None or not is_duration)
                    and is_listed(parameters.get("account", "*"), row["account"]) and is_listed(parameters.get("region", "*"), row["region"])
                    and apis.passes(key(row, API), parameters.get("api", "*"))):
                series = key(row, API), level_of(row), key(row, PLACE), row["metric"], floor(row["timestamp"], hour)
                periods[series][row["period_s"]].append(row)

        hours = collections.defaultdict(lambda: collections.defaultdict(dict))
        for (api, level, place, metric, at), readings in periods.items():
            seen = lambda period: sum(row["sum"] if row["sample_count"] is None else row["sample_count"] for row in readings[period])
            period = min(readings, key=lambda period: (-seen(period), period))
            hours[api, at][level][place, metric] = readings[period]

        self.places = collections.defaultdict(dict)
        for (api, at), by_level in hours.items():
            def seen(level):
                rows = [(metric, row) for (_, metric), kept in by_level[level].items() for row in kept]
                decide = [row["sample_count"] for metric, row in rows if metric == deciding]
                anything = sum(row["sum"] if row["sample_count"] is None else row["sample_count"] for _, row in rows)
                return (not decide, -(sum(decide) if decide else anything), level)

            for (place, metric), kept in by_level[min(by_level, key=seen)].items():
                slices = collections.defaultdict(list)
                for row in kept:
                    slices[floor(row["timestamp"], step)].append(row)
                for start, rows in slices.items():
                    self.places[api, place, at, start][metric] = Reading(
                        math.fsum(row["sum"] for row in rows), all_or_none((row["sample_count"] for row in rows), math.fsum),
                        all_or_none((row["minimum"] for row in rows), min), all_or_none((row["maximum"] for row in rows), max))

    def by(self, group) -> dict:
        """The metrics of places by a function of API, place, hour and slice."""
        groups = collections.defaultdict(list)
        for (api, place, at, start), metrics in self.places.items():
            groups[group(api, dict(zip(PLACE, place)), at, start)].append(metrics)
        return groups


def total(places, metric, what="total"):
    values = [value for place in places if metric in place and (value := getattr(place[metric], what)) is not None]
    if not values:
        return None
    return max(values) if what == "maximum" else math.fsum(values)


def divided(one, other):
    return None if one is None or not other else one / other


def requests_of(place):
    for metric in ("Count", "Latency"):
        if metric in place and place[metric].samples is not None:
            return place[metric].samples
    return None


def known(values):
    values = [value for value in values if value is not None]
    return math.fsum(values) if values else None


def requests(places):
    return known(map(requests_of, places))


def durations(places, metric, prefix=""):
    return {
        f"{prefix}average_ms": divided(total(places, metric), total(places, metric, "samples")),
        f"{prefix}maximum_ms": total(places, metric, "maximum"),
    }


def errors(places, is_rest):
    figures = {}
    for name, metric in (("client_error", "4XXError" if is_rest else "4xx"), ("server_error", "5XXError" if is_rest else "5xx")):
        counted = total(places, metric)
        if is_rest:
            of = [place for place in places if metric in place]
            # Its own samples, else those of `Latency`.
            requested = [place[metric].samples if place[metric].samples is not None else place["Latency"].samples if "Latency" in place else None for place in of]
        else:
            requested = list(map(requests_of, places))
        figures |= {f"{name}s": counted, f"{name}_rate": divided(counted, known(requested))}
    return figures


def caches(places):
    figures = {}
    for name, metric in (("hit", "CacheHitCount"), ("miss", "CacheMissCount")):
        counted = total(places, metric)
        plural = f"cache_{name}{'es' if name == 'miss' else 's'}"
        figures |= {plural: counted, f"cache_{name}_rate": divided(counted, total(places, metric, "samples"))}
    return figures


def sockets(places):
    names = {"connects": "ConnectCount", "messages": "MessageCount", "client_errors": "ClientError", "execution_errors": "ExecutionError",
             "integration_errors": "IntegrationError"}
    return {name: total(places, metric) for name, metric in names.items()} | durations(places, "IntegrationLatency", "integration_")
