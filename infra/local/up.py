"""Deploys template.yaml on a LocalStack of this machine, feeds samples/ to it, and prints what reports/latest answers.

usage: up.py FOLDER_OF_BINARIES [--once]
"""

import concurrent.futures
import datetime
import gzip
import json
import pathlib
import platform
import signal
import subprocess
import sys
import time

from deploy import Stack, packaged, read_template
from server import LocalAws

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
TRAIL = "sample-trail"
PATIENCE_S = 180
# Of the samples' day: LocalStack looks every datapoint up by itself, and would be busy with all of them for half an hour.
METRICS_FROM, METRICS_TO = "2026-11-20T14:00:00Z", "2026-11-20T15:00:00Z"


def say(text):
    print(text, flush=True)


def feed_trail(s3):
    """Puts the objects of a trail as CloudTrail would; gives how many, and how many of them are log files."""
    paths = sorted((SAMPLES / "AWSLogs").rglob("*.json.gz"))
    put = lambda path: s3.put_object(Bucket=TRAIL, Key=path.relative_to(SAMPLES).as_posix(), Body=path.read_bytes())
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(put, paths))
    # Digests and insights lie in folders that the rule does not look into.
    return len(paths), sum("/CloudTrail/" in path.as_posix() for path in paths)


def datum(series, point):
    names = {"api_name": "ApiName", "api_id": "ApiId", "stage": "Stage", "method": "Method", "resource": "Resource", "route": "Route"}
    one = {
        "MetricName": series["metric"],
        "Dimensions": [{"Name": names[key], "Value": series[key]} for key in names if series[key]],
        "Timestamp": datetime.datetime.fromisoformat(point["timestamp"]),
    }
    # Of errors the samples have the sum alone.
    if "minimum" not in point:
        return one | {"Value": float(point["sum"])}
    values = {"SampleCount": "sample_count", "Sum": "sum", "Minimum": "minimum", "Maximum": "maximum"}
    return one | {"StatisticValues": {name: float(point[key]) for name, key in values.items()}}


def feed_metrics(aws):
    """Puts an hour of what CloudWatch measured; gives the regions and how many datapoints. The account of a local AWS is always
    the same one."""
    [path] = (SAMPLES / "metrics").glob("*.json.gz")
    document = json.loads(gzip.decompress(path.read_bytes()))
    data = {}
    for entry in document["series"]:
        for point in entry["points"]:
            if not METRICS_FROM <= point["timestamp"] < METRICS_TO:
                continue
            data.setdefault(entry["series"]["region"], []).append(datum(entry["series"], point))
    for region, all_of_region in data.items():
        client = aws.client("cloudwatch", region)
        for start in range(0, len(all_of_region), 1_000):
            client.put_metric_data(Namespace="AWS/ApiGateway", MetricData=all_of_region[start : start + 1_000])
    return sorted(data), sum(map(len, data.values()))


def invoke(aws, function, payload):
    answer = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload))
    body = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"{function}: {body}")
    return body


def wait_until_read(aws, outputs, files):
    """Until every file is in the tables: rolls up by hand, not to wait for the schedule."""
    until = time.monotonic() + PATIENCE_S
    s3, bucket = aws.client("s3"), outputs["ResultsBucketName"]
    while time.monotonic() < until:
        invoke(aws, outputs["RollupFunction"], {})
        try:
            report = s3.get_object(Bucket=bucket, Key="reports/latest/coverage.json")["Body"].read()
            if json.loads(report)["sources"]["files"] >= files:
                return
        except s3.exceptions.NoSuchKey:
            pass
        time.sleep(1)
    raise TimeoutError(f"not all of {files} files are in reports/latest")


def main():
    binaries, once = pathlib.Path(sys.argv[1]), "--once" in sys.argv[2:]
    # As Ctrl-C, so that LocalStack is stopped too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    with LocalAws() as aws:
        say(f"LocalStack listens on {aws.url} ({time.monotonic() - started:.0f} s)")
        s3 = aws.client("s3")
        s3.create_bucket(Bucket=TRAIL)
        s3.put_bucket_notification_configuration(Bucket=TRAIL, NotificationConfiguration={"EventBridgeConfiguration": {}})
        regions, points = feed_metrics(aws)
        stack = Stack(aws, "gatetrail")
        outputs = stack.deploy(
            packaged(aws, read_template(ROOT / "template.yaml"), binaries),
            {
                "TrailBucketName": TRAIL,
                "Architecture": "x86_64" if platform.machine() in ("x86_64", "AMD64") else "arm64",
                "BatchWindowSeconds": 1,
                "RollupMinutes": 1,
                # The running hour has no metrics here, and would move reports/latest away from the samples' day.
                "PullMetrics": "off",
                "MetricRegions": ",".join(regions),
            },
        )
        say(f"template.yaml is deployed as the stack gatetrail ({time.monotonic() - started:.0f} s)")
        objects, files = feed_trail(s3)
        say(f"{objects} objects of a trail, {files} of them log files, and {points} datapoints are delivered ({time.monotonic() - started:.0f} s)")
        pulled = invoke(aws, outputs["ApiLatencyFunction"], {"from": METRICS_FROM, "to": METRICS_TO})
        wait_until_read(aws, outputs, files)
        say(f"{pulled['datapoints']} datapoints are pulled, the files are read, reports/latest is written ({time.monotonic() - started:.0f} s)\n")
        subprocess.run(
            [binaries / "gatetrail", "report", f"s3://{outputs['ResultsBucketName']}/", "--endpoint-url", aws.url],
            env={"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1", "PATH": "/usr/bin:/bin"},
            check=True,
        )
        if once:
            return
        say(f"""
Look around, with AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_ENDPOINT_URL={aws.url}:
  aws s3 ls --recursive s3://{outputs['ResultsBucketName']}/
  aws s3 cp FILE.json.gz s3://{TRAIL}/AWSLogs/…/CloudTrail/…      read within a second, in the reports within a minute
  aws lambda invoke --function-name {outputs['RollupFunction']} /dev/stdout
Ctrl-C ends it; nothing is kept.""")
        try:
            signal.pause()
        except KeyboardInterrupt:
            say("")


if __name__ == "__main__":
    main()
