"""What DuckDB does of a rollup, and what it says of a table.

fold_duckdb.py documents INBOX TABLE   the events of the inbox's documents, each once, as one Parquet file
fold_duckdb.py ndjson FOLDER TABLE     the same of files with an event a line
fold_duckdb.py lines INBOX FOLDER      makes those files of the documents
fold_duckdb.py look TABLE              rows, distinct events, failures and top ten error codes of a table, as JSON
"""

import gzip
import json
import pathlib
import sys

import duckdb
import orjson

# Named rather than found out: to guess types of a million rows would only cost it time.
COLUMNS = {
    "event_time": "TIMESTAMPTZ",
    **dict.fromkeys(
        """account_id event_id event_name event_source event_type region source_ip user_agent request_id status error_code
        error_message user principal_type principal_name session_name invoked_by api_name resource_name api_id api_kind stage
        resource base_path domain_name shared_event_id addendum_reason original_event_id""".split(),
        "VARCHAR",
    ),
    "read_only": "BOOLEAN",
    "after_delivery": "BOOLEAN",
    "parser_revision": "BIGINT",
}

# A document is one JSON object.
LARGEST_DOCUMENT_BYTES = 1 << 28


def documents(inbox: str, table: str) -> None:
    row = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    columns = f"{{events: 'STRUCT({row})[]'}}"
    read = f"""read_json('{inbox}/*.json.gz', format = 'unstructured', compression = 'gzip',
        maximum_object_size = {LARGEST_DOCUMENT_BYTES}, columns = {columns})"""
    fold(f"(SELECT unnest(events, recursive := true) FROM {read})", table)


def ndjson(folder: str, table: str) -> None:
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in COLUMNS.items())
    fold(f"read_json('{folder}/*.json.gz', format = 'newline_delimited', compression = 'gzip', columns = {{{columns}}})", table)


def fold(events: str, table: str) -> None:
    duckdb.connect().execute(
        f"""COPY (SELECT DISTINCT ON (account_id, event_id) * FROM {events})
        TO '{table}' (FORMAT parquet, COMPRESSION zstd)"""
    )


def lines(inbox: str, folder: str) -> None:
    into = pathlib.Path(folder)
    into.mkdir(parents=True)
    for path in sorted(pathlib.Path(inbox).glob("*.json.gz")):
        events = orjson.loads(gzip.decompress(path.read_bytes()))["events"]
        text = b"".join(orjson.dumps(event) + b"\n" for event in events)
        # As hard as the documents are.
        (into / path.name).write_bytes(gzip.compress(text, compresslevel=2, mtime=0))


def look(table: str) -> None:
    connection = duckdb.connect()
    rows, distinct, failures = connection.execute(
        f"""SELECT count(*), count(DISTINCT (account_id, event_id)), count(*) FILTER (error_code IS NOT NULL)
        FROM '{table}'"""
    ).fetchone()
    top = connection.execute(
        f"""SELECT error_code, count(*) AS events FROM '{table}' WHERE error_code IS NOT NULL
        GROUP BY error_code ORDER BY events DESC, error_code LIMIT 10"""
    ).fetchall()
    print(json.dumps({"rows": rows, "events": distinct, "failures": failures, "top": top}))


if __name__ == "__main__":
    {"documents": documents, "ndjson": ndjson, "lines": lines, "look": look}[sys.argv[1]](*sys.argv[2:])
