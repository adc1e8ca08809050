"""Running commands side by side: rounds in which each takes its turn, so that what else the machine does falls on all alike."""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Run:
    """One run of one command."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


@dataclasses.dataclass
class Command:
    """One competitor at one task."""

    name: str
    argv: list[str]
    # Looks at what the command printed and raises WrongAnswer: no time of a run counts whose answer was not looked at.
    check: Callable[[bytes], None]
    # What takes a minute need not take it five times: the differences it is there to show are not of some per cent.
    slow: bool = False
    # Some milliseconds of work need more rounds than seconds of it.
    rounds_factor: int = 1
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    # Called before each run, outside the clock: what the command works on, where it changes that.
    prepare: Callable[[], None] | None = None
    runs: list[Run] = dataclasses.field(default_factory=list)

    def median(self, what: str) -> float:
        return statistics.median(getattr(run, what) for run in self.runs)

    def spread(self, what: str) -> tuple[float, float]:
        values = [getattr(run, what) for run in self.runs]
        return min(values), max(values)

    @property
    def peak_bytes(self) -> int:
        """The worst of all runs: a limit on memory is kept always or not at all."""
        return max(run.peak_bytes for run in self.runs)


class WrongAnswer(Exception):
    """A competitor said something else than the truth, so its time means nothing."""


class Stopwatch:
    """Runs a command once and says what it took; see measure.c."""

    def __init__(self, folder: pathlib.Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.program = folder / "measure"
        source = HERE / "measure.c"
        if not self.program.exists() or self.program.stat().st_mtime < source.stat().st_mtime:
            compiler = os.environ.get("CC", "cc")
            subprocess.run([compiler, "-O1", "-o", str(self.program), str(source)], check=True)

    def time(self, command: Command) -> Run:
        if command.prepare:
            command.prepare()
        reading, writing = os.pipe()
        with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as complaints:
            actions = [
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, answer.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, complaints.fileno(), 2),
                (os.POSIX_SPAWN_DUP2, writing, 3),
            ]
            argv = [str(self.program), *command.argv]
            measuring = os.posix_spawn(argv[0], argv, {**os.environ, **command.env}, file_actions=actions)
            os.close(writing)
            with os.fdopen(reading) as report:
                line = report.read().split()
            os.waitpid(measuring, 0)
            answer.seek(0)
            complaints.seek(0)
            if len(line) != 4 or line[3] != "0":
                said = complaints.read().decode(errors="replace").strip()[-2000:]
                raise WrongAnswer(f"{command.name} ended with status {line[3] if line else '?'}: {said}")
            try:
                command.check(answer.read())
            except WrongAnswer as wrong:
                raise WrongAnswer(f"{command.name}: {wrong}") from None
        return Run(wall_s=float(line[0]), cpu_s=float(line[1]), peak_bytes=int(line[2]) * 1024)


def side_by_side(stopwatch: Stopwatch, commands: list[Command], rounds: int, slow_rounds: int) -> None:
    """Fills each command's runs. One uncounted run first for all but the slow: caches, and the processor's clock."""
    for command in commands:
        if not command.slow:
            stopwatch.time(command)
    for turn in range(rounds):
        for command in commands:
            if command.slow and turn >= slow_rounds:
                continue
            for _ in range(command.rounds_factor):
                command.runs.append(stopwatch.time(command))
        print(f"   round {turn + 1} of {rounds}", file=sys.stderr, flush=True)


def read_all(files: list[pathlib.Path]) -> None:
    """Into the page cache: what is measured is work, not the disk, and the first in a round shall not pay for the rest."""
    for path in files:
        with path.open("rb") as file:
            while file.read(1 << 20):
                pass
