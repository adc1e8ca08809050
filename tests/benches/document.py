"""What a bench hands over: rows, the targets they are held to, and the table and JSON written of them."""

import dataclasses
import json
import pathlib

from measure import Command


@dataclasses.dataclass(frozen=True)
class Target:
    """A limit that the design sets, and what was measured. `value` is None where this run did not measure it."""

    name: str
    limit: float
    value: float | None
    unit: str = "x"
    # Whether `value` must be at least `limit` (faster by so much) or at most (costs no more than).
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def sentence(self) -> str:
        bound = f"{'at least' if self.at_least else 'at most'} {self.limit:g} {self.unit}"
        if self.value is None:
            return f"not measured: {self.name}, {bound}"
        return f"{'met' if self.met else 'MISSED'}: {self.name}, {bound}: {self.value:.2f} {self.unit}"


@dataclasses.dataclass
class Row:
    """A line of a table: a command, and what it is set against."""

    command: Command
    floor: Command | None = None
    # Uncompressed megabytes that the command works through, where that means something.
    raw_mb: float | None = None


@dataclasses.dataclass
class Section:
    """The outcome of one part of the bench."""

    title: str
    method: str
    rows: list[Row]
    targets: list[Target]
    notes: list[str] = dataclasses.field(default_factory=list)
    # The lines of a table that was made elsewhere, and the figures in it, in place of rows.
    table: list[str] = dataclasses.field(default_factory=list)
    figures: dict = dataclasses.field(default_factory=dict)


def duration(seconds: float) -> str:
    """Three digits that mean something, whether it took a millisecond or a minute."""
    return f"{seconds:.3f}" if seconds < 1 else f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"


def with_spread(command: Command, what: str) -> str:
    low, high = command.spread(what)
    return f"{duration(command.median(what))} ({duration(low)}–{duration(high)})"


def markdown(machine: dict, sections: list[Section]) -> str:
    lines = []
    for section in sections:
        lines += [f"### {section.title}", "", section.method, ""]
        lines += section.table
        if section.rows:
            lines += ["| what | wall, s | CPU, s | peak, MiB | MB/s | wall / floor | CPU / floor | runs |", "| --- | --: | --: | --: | --: | --: | --: | --: |"]
        for row in section.rows:
            command, floor = row.command, row.floor
            ratio = lambda what: f"{command.median(what) / floor.median(what):.2f}" if floor else ""
            speed = f"{row.raw_mb / command.median('wall_s'):.0f}" if row.raw_mb else ""
            cells = [
                command.name, with_spread(command, "wall_s"), with_spread(command, "cpu_s"),
                f"{command.peak_bytes / 2**20:.1f}", speed, ratio("wall_s"), ratio("cpu_s"), str(len(command.runs)),
            ]  # fmt: skip
            lines.append("| " + " | ".join(cells) + " |")
        lines += ["", *(f"- {target.sentence()}" for target in section.targets), *(f"- {note}" for note in section.notes), ""]
    lines += ["Machine: " + "; ".join(f"{key.replace('_', ' ')} {value}" for key, value in machine.items() if value) + ".", ""]
    return "\n".join(lines)


def as_json(machine: dict, sections: list[Section]) -> dict:
    return {
        "machine": machine,
        "sections": [
            {
                "title": section.title,
                "method": section.method,
                "rows": [
                    {
                        "name": row.command.name,
                        "floor": row.floor.name if row.floor else None,
                        "raw_mb": row.raw_mb,
                        "runs": [dataclasses.asdict(run) for run in row.command.runs],
                    }
                    for row in section.rows
                ],
                "figures": section.figures,
                "targets": [{**dataclasses.asdict(target), "met": target.met} for target in section.targets],
                "notes": section.notes,
            }
            for section in sections
        ],
    }


def write(folder: pathlib.Path, machine: dict, sections: list[Section]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README-table.md").write_text(markdown(machine, sections), encoding="utf-8")
    (folder / "results.json").write_text(json.dumps(as_json(machine, sections), indent=1) + "\n", encoding="utf-8")
