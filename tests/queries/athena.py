"""The queries, as Athena would read them, run by DuckDB over the tables of a store."""

import datetime
import ipaddress
import pathlib

import duckdb
import sqlglot
from sqlglot import exp


class Tables:
    """The tables of a store, in the types that Athena gives them."""

    def __init__(self, store: pathlib.Path):
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        for table in ("events", "files", "metric_points", "windows"):
            files = store / "tables" / table / "**" / "*.parquet"
            read = f"read_parquet('{files}', hive_partitioning = true, hive_types = {{'dt': 'VARCHAR'}})"
            columns = self.connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {read})").fetchall()
            # Athena's timestamps have no zone.
            shown = [f"\"{name}\" AT TIME ZONE 'UTC' AS \"{name}\"" if "TIME ZONE" in kind else f'"{name}"' for name, kind in columns]
            self.connection.execute(f"CREATE VIEW {table} AS SELECT {', '.join(shown)} FROM {read}")
        self.know_addresses()

    def know_addresses(self, listed: tuple[str, ...] = ()) -> None:
        """DuckDB has no addresses built in: which text is one, and which network it is in, is looked up in two tables."""
        texts = [text for (text,) in self.connection.execute("SELECT DISTINCT source_ip FROM events WHERE source_ip IS NOT NULL").fetchall()]
        known = {text: address for text in texts if (address := read(ipaddress.ip_address, text))}
        networks = {text: network for one in listed for text in (one, f"{one}/32", f"{one}/128") if (network := read(ipaddress.ip_network, text))}
        inside = [(text, network) for text in known for network in networks if known[text] in networks[network]]
        self.connection.execute("CREATE OR REPLACE TABLE addresses AS SELECT unnest(?::VARCHAR[]) AS address", [list(known)])
        self.connection.execute(
            "CREATE OR REPLACE TABLE inside AS SELECT unnest(?::VARCHAR[]) AS address, unnest(?::VARCHAR[]) AS network",
            [[address for address, _ in inside], [network for _, network in inside]])
        self.connection.execute("CREATE OR REPLACE MACRO as_address(text) AS (SELECT any_value(address) FROM addresses WHERE address = text)")
        self.connection.execute(
            "CREATE OR REPLACE MACRO is_in_network(which, text) AS EXISTS (SELECT 1 FROM inside WHERE address = text AND network = which)")

    def rows(self, sql: str) -> list[dict]:
        answer = self.connection.execute(sql)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row)) for row in answer.fetchall()]

    def ask(self, query: exp.Expression, parameters: dict) -> list[dict]:
        """Runs a query with values of its parameters; what is not given stays as it is."""
        if "listed" in parameters:
            self.know_addresses(tuple(parameters["listed"]))
        return self.rows(for_duckdb(with_parameters(query, parameters)))


def parse(path: pathlib.Path) -> exp.Expression:
    """Reads a file, which must be one statement of Athena's dialect, all of it understood."""
    [query] = sqlglot.parse(path.read_text(), read="athena", error_level=sqlglot.ErrorLevel.RAISE)
    if not isinstance(query, exp.Select) or query.find(exp.Command):
        raise ValueError(f"{path.name} is no SELECT")
    return query


def tables_of(query: exp.Expression) -> set[str]:
    """The tables of the store that it reads."""
    defined = {cte.alias for cte in query.find_all(exp.CTE)}
    return {table.name for table in query.find_all(exp.Table) if isinstance(table.this, exp.Identifier)} - defined


def parameters_of(query: exp.Expression) -> dict[str, exp.Expression]:
    block = next(cte for cte in query.find_all(exp.CTE) if cte.alias == "params")
    return {column.alias: column for column in block.this.expressions}


def with_parameters(query: exp.Expression, values: dict) -> exp.Expression:
    query = query.copy()
    known = parameters_of(query)
    for name, value in values.items():
        known[name].set("this", sqlglot.parse_one(literal(value), read="athena"))
    return query


def literal(value) -> str:
    match value:
        case bool():
            return str(value).upper()
        case int():
            return str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case list():
            return "ARRAY[" + ", ".join(map(literal, value)) + "]"
        case datetime.datetime():
            return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='milliseconds')}'"
        case datetime.date():
            return f"DATE '{value.isoformat()}'"
    raise TypeError(value)


def for_duckdb(query: exp.Expression) -> str:
    return query.transform(addresses).sql(dialect="duckdb")


def addresses(node: exp.Expression) -> exp.Expression:
    """Puts the look-ups of this file in place of Trino's type and function."""
    is_address = lambda one: isinstance(one, exp.TryCast) and one.to.this == exp.DataType.Type.IPADDRESS
    if isinstance(node, exp.ArrayContains) and is_address(node.expression):
        return exp.func("is_in_network", node.this, node.expression.this)
    if is_address(node):
        return exp.func("as_address", node.this)
    return node


def read(kind, text):
    try:
        return kind(text)
    except ValueError:
        return None
