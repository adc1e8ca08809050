"""What a pull of 20,000 series costs: the function `api-latency`, beside the same requests fetched and dropped, and beside boto3.

CloudWatch is a program of the tests, `gatetrail-cloudwatch`, in a process of its own; the functions are run by another,
`gatetrail-invoke`, as Lambda runs them.
"""

import json
import pathlib
import subprocess

from document import Row, Section, Target
from measure import Command, Stopwatch, WrongAnswer, side_by_side
from trails import target_folder

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOTO3 = pathlib.Path(__file__).with_name("pull_boto3.py")
MIB = 2**20

SERIES = 20_000
STATISTICS = 4
MINUTES = 60
DELAY_MS = 50
# Requests of GetMetricData take 500 queries, pages of ListMetrics 500 metrics.
DATA_REQUESTS = SERIES * STATISTICS // 500
LIST_REQUESTS = SERIES // 500

# The schedule's tick, and the hour that it pulls.
EVENT = {"source": "aws.events", "detail-type": "Scheduled Event", "time": "2026-11-20T10:10:00Z"}
BEGIN, END = "2026-11-20T09:00:00+00:00", "2026-11-20T10:00:00+00:00"


class CloudWatch:
    """The server's process; asked over its standard input."""

    def __init__(self, program: pathlib.Path):
        argv = [str(program), str(SERIES), str(DELAY_MS)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addresses = json.loads(self.process.stdout.readline())

    def ask(self, question: str) -> dict:
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def run(options, gatetrail: str, shared: pathlib.Path | None, oracle_python: str | None, folder: pathlib.Path) -> list[Section]:
    cargo = ["cargo", "build", "--locked", "--release", "--package"]
    # By itself: built together with the command line, the function would share that one's features of the crates below.
    subprocess.run([*cargo, "api-latency", "--bin", "api-latency", "--example", "fetch_only"], cwd=ROOT, check=True)
    programs = ["--bin", "gatetrail-cloudwatch", "--bin", "gatetrail-invoke"]
    subprocess.run([*cargo, "gatetrail-tests", *programs], cwd=ROOT, check=True)
    made = subprocess.run([str(ROOT / "tests/tools/venv"), "boto3"], check=True, stdout=subprocess.PIPE, text=True)
    cloudwatch = CloudWatch(target_folder() / "release/gatetrail-cloudwatch")
    try:
        return [section(options, cloudwatch, made.stdout.strip(), folder)]
    finally:
        cloudwatch.end()


def section(options, cloudwatch: CloudWatch, boto3_python: str, folder: pathlib.Path) -> Section:
    release = target_folder() / "release"
    asked = {"list_metrics": LIST_REQUESTS, "get_metric_data": DATA_REQUESTS, "queries": SERIES * STATISTICS, "refused": []}
    truth = {"points": SERIES * MINUTES, "samples": None}

    def invoke(name: str, binary: str, check) -> Command:
        variables = {
            "AWS_ENDPOINT_URL_CLOUDWATCH": cloudwatch.addresses["cloudwatch"],
            "AWS_ENDPOINT_URL_S3": cloudwatch.addresses["s3"],
            "GATETRAIL_RESULTS_BUCKET": cloudwatch.addresses["bucket"],
            "GATETRAIL_METRICS": "Latency",
            "GATETRAIL_OVERLAP_S": "0",
        }
        settings = [f"{name}={value}" for name, value in variables.items()]
        argv = [str(release / "gatetrail-invoke"), str(release / binary), json.dumps(EVENT), *settings]
        return Command(name, argv, check, prepare=lambda: cloudwatch.ask("clear"))

    def looked_at(said: dict) -> dict:
        same("what was asked", {key: said[key] for key in asked}, asked)
        return said

    def check_points(said: dict) -> None:
        same("datapoints", said["points"], truth["points"])
        # The number of samples of all datapoints: the first to say it is held to by the others.
        truth["samples"] = truth["samples"] or said["samples"]
        same("samples", said["samples"], truth["samples"])

    def check_ours(_: bytes) -> None:
        said = looked_at(cloudwatch.ask("look"))
        same("windows", said["windows"], ["complete"])
        check_points(said)

    def check_fetched(answer: bytes) -> None:
        looked_at(cloudwatch.ask("look"))
        same("values", json.loads(answer)["values"], SERIES * STATISTICS * MINUTES)

    def check_boto3(answer: bytes) -> None:
        looked_at(cloudwatch.ask("look"))
        check_points(json.loads(answer))

    ours = invoke("**api-latency**", "api-latency", check_ours)
    floor = invoke("fetching alone: the same requests, client and concurrency", "examples/fetch_only", check_fetched)
    rows = [Row(ours, floor), Row(floor)]
    if not options.gatetrail_only:
        argv = [boto3_python, str(BOTO3), cloudwatch.addresses["cloudwatch"], BEGIN, END]
        usual = Command("boto3, one request after the other", argv, check_boto3, slow=True, prepare=lambda: cloudwatch.ask("clear"))
        rows.append(Row(usual, floor))
        # CloudWatch makes its answers once, and the slow have no round to warm up.
        usual.prepare()
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    side_by_side(Stopwatch(folder), [row.command for row in rows], options.rounds, options.slow_rounds)

    wall = ours.median("wall_s")
    targets = [Target("wall, against fetching alone", 1.3, wall / floor.median("wall_s"))]
    if not options.gatetrail_only:
        targets.append(Target("times as fast as boto3", 5, usual.median("wall_s") / wall, at_least=True))
    targets.append(Target("peak memory of the function", 192, ours.peak_bytes / MIB, "MiB"))
    method = (
        f"{SERIES:,} series, {STATISTICS} statistics of each, {MINUTES} minutes: {LIST_REQUESTS} pages of ListMetrics, "
        f"{DATA_REQUESTS} requests of GetMetricData, {SERIES * STATISTICS * MINUTES:,} values. CloudWatch is on loopback, in a process "
        f"of its own on the same machine, and answers {DELAY_MS} ms after it was asked, with bodies made before. The function starts "
        "cold, pulls, and writes its documents to a store on loopback, eight requests at a time; fetching alone is the same client "
        "with the same concurrency, each answer decoded and dropped. boto3 lists with its paginator, then asks page by page and keeps "
        "the datapoints in a dictionary. Every run's requests are counted, and so are the datapoints and their samples. No TLS."
    )
    return Section("A pull of 20,000 series", method, rows, targets)


def same(what: str, said, truth) -> None:
    if said != truth:
        raise WrongAnswer(f"{what}: {said}, but it is {truth}")
