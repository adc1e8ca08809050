"""Top Error Codes over a folder of CloudTrail files: gatetrail beside what else could answer, and beside the floor.

The floor is inflating the same files and throwing the text away, with the fastest inflater there is. A reader that reaches it
reads CloudTrail for nothing.
"""

import json
import os
import pathlib
import shlex
import shutil

from document import Row, Section, Target
from machine import cores
from measure import Command, Stopwatch, WrongAnswer, read_all, side_by_side
from trails import Trail, many_files, one_file

MIB = 2**20


class Commands:
    """The competitors, each over one trail, each with the check of its answer."""

    def __init__(self, gatetrail: str, shared: pathlib.Path | None, oracle_python: str | None, folder: pathlib.Path):
        self.gatetrail_binary = gatetrail
        self.tools = shared / "tools" if shared else None
        self.oracle_python = oracle_python
        self.folder = folder

    def gatetrail(self, trail: Trail, threads: int | None, name: str, **options) -> Command:
        argv = [self.gatetrail_binary, "errors", str(trail.folder), "-o", "json"]
        if threads:
            argv += ["--threads", str(threads)]
        return Command(name, argv, lambda answer: check_document(answer, trail.expected), **options)

    def on_files(self, program: str, files: list[pathlib.Path], list_name: str) -> str:
        """The shell's words for one process over these files; xargs starts a second where a command line cannot hold their
        names. The names are listed beforehand: finding them is part of gatetrail's time and not of the floor's, which errs on
        the floor's side (find takes 7 % of it)."""
        path = self.folder / f"files-{list_name}"
        path.write_bytes(b"".join(os.fsencode(file) + b"\0" for file in files))
        return f"xargs -0 {program} < {shlex.quote(str(path))}"

    def inflate(self, trail: Trail, program: str, name: str) -> Command:
        return shell(name, f"{self.on_files(program, trail.files, trail.folder.name)} > /dev/null", accept)

    def inflated_bytes(self, trail: Trail, program: str) -> Command:
        """An inflater's answer is its bytes, which the timed runs throw away: counted once, outside the clock."""

        def check(answer: bytes) -> None:
            same("bytes", int(answer), trail.expected["raw_bytes"])

        return shell(f"{program} | wc -c", f"{self.on_files(program, trail.files, trail.folder.name)} | wc -c", check)

    def inflate_on_all_cores(self, trail: Trail, name: str) -> Command:
        """A process a core, each with its own list: lists of equal weight, so that none waits for another."""
        batches = enumerate(balanced(trail.files, cores()))
        jobs = [self.on_files("libdeflate-gunzip -c", batch, f"{trail.folder.name}-{number}") for number, batch in batches]
        return shell(name, " ".join(f"{job} > /dev/null &" for job in jobs) + " wait", accept)

    def jq(self, trail: Trail) -> Command:
        program = shlex.quote(str(self.tools / "oracle.jq"))
        script = f"{self.on_files('zcat', trail.files, trail.folder.name)} | jq -n -c -S -f {program}"
        return shell("zcat \\| jq", script, check_oracle(trail), slow=True)

    def duckdb(self, trail: Trail) -> Command:
        argv = [self.oracle_python, str(self.tools / "oracle_duckdb.py"), str(trail.folder)]
        return Command("DuckDB, all cores", argv, check_oracle(trail), slow=True)

    def python(self, trail: Trail) -> Command:
        argv = [self.oracle_python, str(self.tools / "oracle.py"), str(trail.folder)]
        return Command("Python with orjson", argv, check_oracle(trail), slow=True)


def shell(name: str, script: str, check, **options) -> Command:
    return Command(name, ["bash", "-c", f"set -o pipefail; {script}"], check, **options)


def accept(answer: bytes) -> None:
    """What goes to /dev/null says nothing; its bytes are counted by `inflated_bytes`."""


def balanced(files: list[pathlib.Path], batches: int) -> list[list[pathlib.Path]]:
    """The largest first, each to the batch that has least."""
    shares: list[list[pathlib.Path]] = [[] for _ in range(batches)]
    weights = [0] * batches
    for size, path in sorted(((path.stat().st_size, path) for path in files), reverse=True):
        lightest = weights.index(min(weights))
        shares[lightest].append(path)
        weights[lightest] += size
    return shares


def check_oracle(trail: Trail):
    def check(answer: bytes) -> None:
        said = json.loads(answer)
        same("records", said["records"], trail.expected["records"])
        same("failures", said["matched"], trail.expected["matched"])
        same("top error codes", said["top"], trail.expected["top"])

    return check


def check_document(answer: bytes, expected: dict) -> None:
    """The document of SEMANTICS.md section 3."""
    said = json.loads(answer)
    same("records", said["sources"]["records"], expected["records"])
    same("API Gateway events", said["totals"]["events"], expected["apigateway"])
    same("failures", said["totals"]["failures"], expected["matched"])
    table = next((table for table in said["tables"] if table["by"] == "error_code"), {"rows": []})
    same("top error codes", [[row["value"], row["events"]] for row in table["rows"]], expected["top"])


def same(what: str, said, truth) -> None:
    if said != truth:
        raise WrongAnswer(f"{what}: said {said}, but it is {truth}")


def size_name(trail: Trail) -> str:
    return f"{trail.raw_mb:.0f} MB"


def run(options, gatetrail: str, shared: pathlib.Path | None, oracle_python: str | None, folder: pathlib.Path) -> list[Section]:
    stopwatch = Stopwatch(folder)
    commands = Commands(gatetrail, shared, oracle_python, folder)
    sections = [side_by_side_section(options, commands, stopwatch), sizes_section(options, commands, stopwatch)]
    if options.full or options.single:
        sections.append(single_section(options, commands, stopwatch))
    return sections


def side_by_side_section(options, commands: Commands, stopwatch: Stopwatch) -> Section:
    trail = many_files(300_000_000)
    read_all(trail.files)
    stopwatch.time(commands.inflated_bytes(trail, "libdeflate-gunzip -c"))

    one = commands.gatetrail(trail, 1, "**gatetrail**, 1 thread")
    everything = commands.gatetrail(trail, None, f"**gatetrail**, all cores ({cores()})")
    two = everything if cores() == 2 else commands.gatetrail(trail, 2, "**gatetrail**, 2 threads")
    floor = commands.inflate(trail, "libdeflate-gunzip -c", "floor: libdeflate-gunzip, 1 process")
    floor_all = commands.inflate_on_all_cores(trail, f"floor: libdeflate-gunzip, 1 a core ({cores()})")
    rows = [Row(one, floor), Row(floor), Row(everything, floor_all), Row(floor_all)]
    if two is not everything:
        rows.insert(2, Row(two))
    notes = []
    others = {}
    if not options.gatetrail_only:
        rows.append(Row(commands.inflate(trail, "gzip -dc", "gzip -dc"), floor))
        if commands.tools and shutil.which("jq"):
            others["jq"] = commands.jq(trail)
        else:
            notes.append("jq was not asked: it is not installed, or there is no shared folder")
        if commands.tools and commands.oracle_python:
            others["DuckDB"] = commands.duckdb(trail)
            others["Python + orjson"] = commands.python(trail)
        rows += [Row(other, floor_all if name == "DuckDB" else floor) for name, other in others.items()]
    for row in rows:
        row.raw_mb = trail.raw_mb
    side_by_side(stopwatch, [row.command for row in rows], options.rounds, options.slow_rounds)

    def faster_than(name: str) -> float | None:
        other = others.get(name)
        return other.median("wall_s") / everything.median("wall_s") if other else None

    targets = [
        Target("CPU of one thread, against libdeflate-gunzip's", 1.25, one.median("cpu_s") / floor.median("cpu_s")),
        Target("wall on all cores, against one libdeflate-gunzip a core", 1.25, everything.median("wall_s") / floor_all.median("wall_s")),
        Target("wall, faster than jq", 20, faster_than("jq"), at_least=True),
        Target("wall, faster than DuckDB", 30, faster_than("DuckDB"), at_least=True),
        Target("wall, faster than Python with orjson", 8, faster_than("Python + orjson"), at_least=True),
        Target("peak memory, one thread", 64, one.peak_bytes / MIB, "MiB"),
        Target("peak memory, two threads", 96, two.peak_bytes / MIB, "MiB"),
    ]
    expected = trail.expected
    method = (
        f"A made-up trail of real events: {expected['files']} files, {expected['gz_bytes'] / 1e6:.0f} MB of gzip, "
        f"{trail.raw_mb:.0f} MB of JSON, {expected['records']} records, {expected['apigateway']} of API Gateway, {expected['matched']} failed. "
        "Median (least–most) of interleaved rounds, files in the page cache; CPU is user and system of the whole process tree, "
        "peak that of its largest process. Every run's answer is compared with the counts kept while the trail was made. "
        "The floor inflates the same files, named to it in a list, and drops the text, on as many cores as the line it is set against."
    )
    return Section("Top Error Codes, side by side", method, rows, targets, notes)


def sizes_section(options, commands: Commands, stopwatch: Stopwatch) -> Section:
    rows, ours = [], []
    for size in [30_000_000, 300_000_000] + ([1_000_000_000] if options.full else []):
        trail = many_files(size)
        read_all(trail.files)
        # The floor at each size tells what of a difference lies in the files: another mix of them, the start of a process.
        floor = commands.inflate(trail, "libdeflate-gunzip -c", f"floor: libdeflate-gunzip, 1 process, {size_name(trail)}")
        command = commands.gatetrail(trail, 1, f"**gatetrail**, 1 thread, {size_name(trail)}")
        floor.rounds_factor = command.rounds_factor = 4 if size < 100_000_000 else 1
        ours.append(Row(command, floor, trail.raw_mb))
        rows += [ours[-1], Row(floor, None, trail.raw_mb)]
    side_by_side(stopwatch, [row.command for row in rows], options.rounds, options.slow_rounds)
    per_mb = [row.command.median("cpu_s") / row.raw_mb for row in ours]
    targets = [Target(f"CPU per MB, dearest of {len(ours)} sizes against the cheapest", 1.15, max(per_mb) / min(per_mb))]
    notes = [] if options.full else ["without --full: no trail of 1 GB and no single file of 1 GB"]
    return Section("Cost with size", "The same program over trails of other sizes, one thread.", rows, targets, notes)


def single_section(options, commands: Commands, stopwatch: Stopwatch) -> Section:
    size = int(options.single or 1e9)
    single, many = one_file(size), many_files(300_000_000)
    read_all(single.files + many.files)
    streamed = commands.gatetrail(single, 1, f"**gatetrail**, 1 thread, one file of {size_name(single)}")
    spread_out = commands.gatetrail(many, 1, f"**gatetrail**, 1 thread, {size_name(many)} in {many.expected['files']} files")
    floor = commands.inflate(single, "libdeflate-gunzip -c", f"floor: libdeflate-gunzip, the one file of {size_name(single)}")
    rows = [Row(streamed, floor, single.raw_mb), Row(floor, None, single.raw_mb), Row(spread_out, None, many.raw_mb)]
    side_by_side(stopwatch, [row.command for row in rows], options.rounds, options.slow_rounds)

    def per_mb(row: Row) -> float:
        return row.command.median("cpu_s") / row.raw_mb

    targets = [
        Target("CPU per MB of one streamed file, against the trail of 300 MB", 2.2, per_mb(rows[0]) / per_mb(rows[2])),
        Target("peak memory, one thread, one streamed file", 64, streamed.peak_bytes / MIB, "MiB"),
    ]
    method = "All records in one gzip member, read as a stream. (libdeflate inflates it whole, in as much memory as it has text.)"
    return Section("One large file", method, rows, targets)
