"""What a rollup costs: a day of a million events folded into a table, beside DuckDB; and what the history of a store adds.

Documents are made by a program of the tests, `gatetrail-make-inbox`, out of a made-up trail of API Gateway events. Stores are
copied with hard links: a store never writes into a file, it puts another in its place.
"""

import dataclasses
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys

from document import Row, Section, Target
from machine import cores
from measure import Command, Stopwatch, WrongAnswer, read_all, side_by_side
from trails import api_gateway_only, target_folder

ROOT = pathlib.Path(__file__).resolve().parents[2]
DUCKDB = pathlib.Path(__file__).with_name("fold_duckdb.py")
MIB = 2**20

EVENTS = 1_000_000
# Uncompressed bytes of the trail: enough for that many events.
TRAIL_BYTES = 1_350_000_000
DAY = datetime.date(2024, 7, 17)

# The day behind it, whose last hour a small batch is of.
NEXT_DAY = DAY + datetime.timedelta(days=1)
SMALL_EVENTS = 2000
# Days before it with a table of a million events each, and with an object of `files` an hour.
DAYS_OF_EVENTS = 10
DAYS_OF_FILES = 365
# A small batch is folded in some hundredths of a second.
SMALL_ROUNDS = 10


@dataclasses.dataclass(frozen=True)
class Inbox:
    """A store with documents and nothing else, and what was counted while they were made."""

    store: pathlib.Path
    day: datetime.date
    made: dict

    @property
    def documents(self) -> list[pathlib.Path]:
        return sorted(self.store.rglob("*.json.gz"))

    @property
    def truth(self) -> dict:
        return {"rows": self.made["events"], **{key: self.made[key] for key in ("events", "failures", "top")}}


def run(options, gatetrail: str, shared: pathlib.Path | None, oracle_python: str | None, folder: pathlib.Path) -> list[Section]:
    bench = Bench(gatetrail, oracle_python, folder / "fold")
    return [million_section(options, bench), history_section(options, bench)]


class Bench:
    """The folder in which everything lies, and how things there are made and looked at."""

    def __init__(self, gatetrail: str, oracle_python: str, folder: pathlib.Path):
        self.gatetrail = gatetrail
        self.oracle_python = oracle_python
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        self.stopwatch = Stopwatch(folder)
        trail = api_gateway_only(TRAIL_BYTES)
        maker = ["cargo", "build", "--locked", "--release", "--package", "gatetrail-tests", "--bin", "gatetrail-make-inbox"]
        subprocess.run(maker, cwd=ROOT, check=True)
        self.million = self.make_inbox(trail.folder, DAY, EVENTS, "million")
        self.small = self.make_inbox(trail.folder, NEXT_DAY, SMALL_EVENTS, "small")

    def make_inbox(self, trail: pathlib.Path, day: datetime.date, events: int, name: str) -> Inbox:
        print(f"   making an inbox of {events} events", file=sys.stderr)
        store = self.folder / f"inbox-{name}"
        maker = target_folder() / "release/gatetrail-make-inbox"
        command = [str(maker), str(trail), day.isoformat(), str(events), str(store)]
        made = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return Inbox(store, day, json.loads(made.stdout))

    def rollup(self, name: str, begin: list[pathlib.Path], inbox: Inbox, events: dict[str, int], **options) -> Command:
        """`gatetrail rollup` of a store that holds at first what the folders `begin` do; looked at afterwards."""
        store = self.folder / "store"

        def prepare() -> None:
            shutil.rmtree(store, ignore_errors=True)
            for one in begin:
                link(one, store)

        def check(_: bytes) -> None:
            left = [str(path) for path in (store / "inbox").rglob("*.json.gz")]
            same("documents left", left, [])
            self.check_table(table(store, inbox.day), events)
            report = json.loads((store / f"reports/day/{inbox.day}/top-error-codes.json").read_text(encoding="utf-8"))
            codes = next(table for table in report["tables"] if table["by"] == "error_code")["rows"]
            same("top of the report", [[row["value"], row["events"]] for row in codes], events["top"])

        return Command(name, [self.gatetrail, "rollup", str(store)], check, prepare=prepare, **options)

    def duckdb(self, name: str, source: str, folder: pathlib.Path, **options) -> Command:
        written = self.folder / "duckdb.parquet"
        argv = [self.oracle_python, str(DUCKDB), source, str(folder), str(written)]
        return Command(name, argv, lambda _: self.check_table(written, self.million.truth), slow=True, **options)

    def check_table(self, path: pathlib.Path, truth: dict) -> None:
        """DuckDB says what is in the table, outside the clock."""
        looking = [self.oracle_python, str(DUCKDB), "look", str(path)]
        said = json.loads(subprocess.run(looking, check=True, stdout=subprocess.PIPE, text=True).stdout)
        same(f"what is in {path.name}", said, truth)

    def folded(self) -> pathlib.Path:
        """A store whose one day has the million."""
        store = self.folder / "folded"
        link(self.million.store, store)
        subprocess.run([self.gatetrail, "rollup", str(store)], check=True, stdout=subprocess.DEVNULL)
        return store

    def requests(self, command: Command) -> str:
        """The requests of a rollup by operation, as it tells them."""
        command.prepare()
        said = subprocess.run(command.argv, check=True, stdout=subprocess.PIPE, text=True).stdout
        return next(line.partition(" = ")[2] for line in said.splitlines() if " requests " in line)


def link(source: pathlib.Path, target: pathlib.Path) -> None:
    shutil.copytree(source, target, copy_function=os.link, dirs_exist_ok=True)


def table(store: pathlib.Path, day: datetime.date) -> pathlib.Path:
    return store / f"tables/events/dt={day}/events.parquet"


def same(what: str, said, truth) -> None:
    if said != truth:
        raise WrongAnswer(f"{what}: said {said}, but it is {truth}")


def million_section(options, bench: Bench) -> Section:
    million = bench.million
    read_all(million.documents)
    ours = bench.rollup("**gatetrail rollup**", [million.store], million, million.truth)
    rows, targets, notes = [Row(ours)], [], []
    if not options.gatetrail_only:
        lines = bench.folder / "lines"
        subprocess.run([bench.oracle_python, str(DUCKDB), "lines", str(million.store / "inbox/trail"), str(lines)], check=True)
        read_all(sorted(lines.iterdir()))
        documents = bench.duckdb(f"DuckDB, all cores ({cores()}), the same documents", "documents", million.store / "inbox/trail")
        ndjson = bench.duckdb(f"DuckDB, all cores ({cores()}), a line of JSON an event", "ndjson", lines)
        rows += [Row(documents), Row(ndjson)]
        rows[0].floor = ndjson
    side_by_side(bench.stopwatch, [row.command for row in rows], options.rounds, options.slow_rounds)
    if not options.gatetrail_only:
        wall = ours.median("wall_s")
        targets += [
            Target("wall, against DuckDB over the same documents", 3, wall / documents.median("wall_s")),
            Target("wall, against DuckDB over the same rows as NDJSON", 3, wall / ndjson.median("wall_s")),
        ]
    bytes_per_row = table(bench.folded(), DAY).stat().st_size / million.made["events"]
    targets += [
        Target("peak memory of the rollup", 512, ours.peak_bytes / MIB, "MiB"),
        Target("bytes of the table, a row", 80, bytes_per_row, "bytes"),
    ]
    made = million.made
    method = (
        f"{made['documents']} documents, {made['document_bytes'] / 1e6:.0f} MB of gzip, with {made['rows']} rows of "
        f"{made['events']} distinct events of one day, made of a trail of API Gateway events. `gatetrail rollup` reads the documents, "
        "writes the tables `events` and `files` and the reports of the day and of the last 24 hours, and deletes the documents, "
        "in one thread. DuckDB writes the distinct events as Parquet with zstd, unsorted, and makes no report; it reads either the same "
        "documents (its reader of JSON is slow where a file is one object) or, in its favourite form, the same rows a line each. "
        "Behind every run DuckDB counts the table's rows, distinct events and failures and its top ten error codes, which have to be "
        "those counted while the documents were made. Fresh store each round, documents in the page cache."
    )
    return Section("A day of a million events", method, rows, targets, notes)


def history_section(options, bench: Bench) -> Section:
    small, folded = bench.small, bench.folder / "folded"
    read_all(small.documents)
    history = bench.folder / "history"
    for back in range(1, DAYS_OF_FILES + 1):
        day = NEXT_DAY - datetime.timedelta(days=back)
        link(folded / f"tables/files/dt={DAY}", history / f"tables/files/dt={day}")
        if back <= DAYS_OF_EVENTS:
            link(folded / f"tables/events/dt={DAY}", history / f"tables/events/dt={day}")
            link(folded / f"reports/day/{DAY}", history / f"reports/day/{day}")
    options_of_all = {"rounds_factor": SMALL_ROUNDS}
    without = bench.rollup("into an empty store", [small.store], small, small.truth, **options_of_all)
    within = bench.rollup("into a store with history", [history, small.store], small, small.truth, **options_of_all)
    side_by_side(bench.stopwatch, [without, within], options.rounds, options.slow_rounds)
    asked = {command.name: bench.requests(command) for command in (without, within)}
    targets = [
        Target(f"{name} with history, against without", 1.2, within.median(what) / without.median(what))
        for name, what in (("CPU", "cpu_s"), ("wall", "wall_s"))
    ]
    method = (
        f"One document with {small.made['events']} events of the last hour of a day. The history: {DAYS_OF_EVENTS} days before it with "
        f"{EVENTS} events each, {DAYS_OF_FILES} days with an object of `files` an hour. The reports of the last 24 hours are of the "
        "batch's day alone."
    )
    notes = [f"requests {name}: {said}" for name, said in asked.items()]
    if len(set(asked.values())) > 1:
        raise WrongAnswer(f"history costs requests: {asked}")
    return Section("History costs nothing", method, [Row(within, without), Row(without)], targets, notes)
