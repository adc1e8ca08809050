"""What the queries must say of events, worked out once more in Python from all rows of the table."""

import collections
import datetime
import re

DEFAULTS = {"account": "*", "region": "*", "api": "*", "require_api": False, "status": "all"}


def matcher(pattern: str):
    pieces = map(re.escape, pattern.lower().split("*"))
    matches = re.compile(".*".join(pieces), re.DOTALL).fullmatch
    return lambda text: text is not None and bool(matches(text.lower()))


def is_listed(listed: str, value) -> bool:
    return listed == "*" or value in listed.split(",")


class Events:
    """The events that count, by the rules of docs/semantics.md."""

    def __init__(self, rows: list[dict], parameters: dict):
        asked = DEFAULTS | parameters
        self.since, self.until = asked["since"], asked["until"]
        days = {str((self.since + datetime.timedelta(days=day)).date()) for day in range((self.until - self.since).days + 2)}
        days = {day for day in days if day <= str((self.until - datetime.timedelta(milliseconds=1)).date())}

        self.names = collections.defaultdict(list)
        for row in sorted((row for row in rows if row["dt"] in days), key=lambda row: (row["event_time"], row["event_id"])):
            if row["status"] == "Success" and row["api_name"] and row["api_id"]:
                self.names[row["account_id"], row["region"], row["api_id"]].append(row["api_name"])

        dated = [row for row in rows if row["event_time"] and not row["after_delivery"] and self.since <= row["event_time"] < self.until]
        corrections = collections.defaultdict(set)
        for row in dated:
            if row["addendum_reason"] == "UPDATED_DATA" and row["original_event_id"] not in (None, row["event_id"]):
                corrections[row["account_id"], row["original_event_id"]].add((row["event_time"], row["event_id"]))
        replaced = set(corrections)
        for (account, _), rivals in corrections.items():
            kept = max(rivals)[1]
            replaced |= {(account, event_id) for _, event_id in rivals if event_id != kept}

        matches = matcher(asked["api"])

        def passes(row):
            name, api_id = row["api_name"], row["api_id"]
            if not name and not api_id:
                return not asked["require_api"]
            names = [name] if name else self.names[row["account_id"], row["region"], api_id]
            return matches(api_id) or any(map(matches, names))

        self.rows = [
            row for row in dated
            if (row["account_id"], row["event_id"]) not in replaced
            and is_listed(asked["account"], row["account_id"]) and is_listed(asked["region"], row["region"]) and passes(row)
        ]
        self.of_status = [row for row in self.rows if asked["status"] in ("all", row["status"].lower())]

    def api(self, row) -> str | None:
        names = self.names[row["account_id"], row["region"], row["api_id"]]
        name = row["api_name"] or (names[-1] if names else None)
        return f"{name} ({row['api_id']})" if name and row["api_id"] else name or row["api_id"]

    def slices(self, minutes: int) -> list[datetime.datetime]:
        first = self.since - (self.since - datetime.datetime(2000, 1, 1)) % datetime.timedelta(minutes=minutes)
        made = []
        while first < self.until:
            made.append(first)
            first += datetime.timedelta(minutes=minutes)
        return made

    def sliced(self, rows, minutes: int, *columns):
        """How many events by slice and columns."""
        step = datetime.timedelta(minutes=minutes)
        floor = lambda at: at - (at - datetime.datetime(2000, 1, 1)) % step
        return collections.Counter((floor(row["event_time"]), *(row[column] for column in columns)) for row in rows)
