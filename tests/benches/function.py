"""What the Lambda function costs: its start, its size, and a batch of a thousand small objects.

The measuring is done by a program of the tests, `gatetrail-lambda-bench`, which speaks Lambda's runtime API and S3 on loopback.
"""

import json
import pathlib
import subprocess

from document import Section, Target
from trails import target_folder

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(options, gatetrail: str, shared: pathlib.Path | None, oracle_python: str | None, folder: pathlib.Path) -> list[Section]:
    cargo = ["cargo", "build", "--locked", "--release", "--package"]
    # By itself: built together with the command line, the function would share that one's features of the crates below.
    subprocess.run([*cargo, "trail-errors", "--bin", "trail-errors", "--examples"], cwd=ROOT, check=True)
    subprocess.run([*cargo, "gatetrail-tests", "--bin", "gatetrail-lambda-bench"], cwd=ROOT, check=True)
    release = target_folder() / "release"
    binaries = ["gatetrail-lambda-bench", "trail-errors", "examples/empty_lambda", "examples/fetch_only"]
    command = [str(release / binary) for binary in binaries]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    # Its own table and method, and then a line of JSON with every single figure.
    said, _, figures = output.rpartition("\n")
    table, _, method = said.strip().partition("\n\n")
    figures = json.loads(figures)
    targets = [
        Target("start, over an empty function", 8, figures["start_over_empty_ms"], "ms"),
        Target("zipped binary", 5, figures["zipped_mb"], "MB"),
        Target("CPU of a batch of 1,000 objects, against only fetching them", 1.15, figures["cpu_ratio"]),
    ]
    return [Section("The function trail-errors", method.strip(), [], targets, table=table.splitlines(), figures=figures)]
