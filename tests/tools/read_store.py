#!/usr/bin/env python3
"""What DuckDB reads out of the tables of a store, as JSON: an independent reader of Parquet, and an independent count.

usage: read_store.py STORE
"""

import json
import pathlib
import sys

import duckdb


def main():
    store = pathlib.Path(sys.argv[1])
    connection = duckdb.connect()
    rows = lambda query: connection.execute(query).fetchall()
    for table in ("events", "files"):
        paths = store / "tables" / table / "**" / "*.parquet"
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{paths}', hive_partitioning = true)")

    [(events, keys)] = rows("SELECT count(*), count(DISTINCT (dt, account_id, event_id)) FROM events")
    # Corrections leave out what they replace; everything else of the report is a count.
    top = rows("""
        SELECT error_code, count(*) AS failures FROM events AS event
        WHERE status = 'Failure' AND NOT EXISTS (
            SELECT 1 FROM events AS correction WHERE correction.addendum_reason = 'UPDATED_DATA'
            AND correction.account_id = event.account_id AND correction.original_event_id = event.event_id
            AND correction.event_id <> event.event_id)
        GROUP BY error_code ORDER BY failures DESC, error_code LIMIT 10""")
    # The day of a partition is a date to DuckDB as long as none is unknown.
    outside_their_day = rows("""
        SELECT count(*) FROM events WHERE dt::VARCHAR <> 'unknown'
        AND strftime(event_time AT TIME ZONE 'UTC', '%Y-%m-%d') <> dt::VARCHAR""")
    [files] = rows("SELECT count(*), sum(records), sum(api_gateway), sum(list_sum(map_values(failures))) FROM files")
    outcomes = rows("SELECT key, outcome, records, reason FROM files ORDER BY key, etag")
    types = {table: dict(rows(f"SELECT column_name, column_type FROM (DESCRIBE {table})")) for table in ("events", "files")}
    bytes_of_events = sum(path.stat().st_size for path in (store / "tables" / "events").rglob("*.parquet"))
    json.dump({
        "events": events,
        "keys": keys,
        "top": top,
        "outside_their_day": outside_their_day[0][0],
        "files": dict(zip(("files", "records", "api_gateway", "failures"), map(int, (value or 0 for value in files)))),
        "outcomes": outcomes,
        "types": types,
        "bytes_of_events": bytes_of_events,
    }, sys.stdout)


if __name__ == "__main__":
    main()
