"""The application, deployed on a LocalStack of its own, with what a test does to it and asks of it."""

import concurrent.futures
import gzip
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "infra/local"))

from deploy import Stack, packaged, read_template  # noqa: E402
from fault_proxy import FaultProxy  # noqa: E402
from server import LocalAws  # noqa: E402

BINARIES = pathlib.Path(os.environ["GATETRAIL_BIN"]).parent
TRAIL = "trail"
# So that what failed comes again within a test: the template's 17 minutes are for functions that may run for two.
VISIBILITY_S = 6


class Application:
    def __init__(self, log):
        self.proxy = FaultProxy()
        self.aws = LocalAws(function_endpoint=self.proxy.url, log=log)
        self.proxy.before(self.aws.port)
        self.s3, self.sqs, self.functions = (self.aws.client(name) for name in ("s3", "sqs", "lambda"))
        self.s3.create_bucket(Bucket=TRAIL)
        # What docs/deploy.md has the owner of a bucket do.
        self.s3.put_bucket_notification_configuration(
            Bucket=TRAIL, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        self.template_url = packaged(self.aws, read_template(ROOT / "template.yaml"), BINARIES)
        self.stack = Stack(self.aws, "gatetrail")
        self.parameters = {
            "TrailBucketName": TRAIL,
            "Architecture": "x86_64",
            "BatchWindowSeconds": 1,
            "RollupMinutes": 1,
            # A window of the running hour would move reports/latest away from the trails' days.
            "PullMetrics": "off",
        }
        self.outputs = self.stack.deploy(self.template_url, self.parameters)
        self.results = self.outputs["ResultsBucketName"]
        resources = self.stack.resources()
        self.queues = {name: resources[name] for name in resources if name.endswith("Queue") and name != "TrailErrorsQueue"}
        self.set_visibility()

    def set_visibility(self):
        self.sqs.set_queue_attributes(
            QueueUrl=self.queues["TrailQueue"], Attributes={"VisibilityTimeout": str(VISIBILITY_S)}
        )

    def update(self, **parameters):
        """Updates the stack in place."""
        self.parameters |= parameters
        self.outputs = self.stack.deploy(self.template_url, self.parameters, update=True)
        self.set_visibility()

    def deliver(self, files):
        """Puts log files into the trail bucket, many at a time."""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda file: self.s3.put_object(Bucket=TRAIL, Key=file[0], Body=file[1]), files.items()))

    def invoke(self, output, payload):
        answer = self.functions.invoke(FunctionName=self.outputs[output], Payload=json.dumps(payload))
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    def roll_up(self):
        return self.invoke("RollupFunction", {})

    def keys(self, prefix=""):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.results, Prefix=prefix)
        return {entry["Key"]: entry["ETag"] for page in pages for entry in page.get("Contents", [])}

    def object(self, key):
        """What a browser gets: pages are compressed."""
        answer = self.s3.get_object(Bucket=self.results, Key=key)
        body = answer["Body"].read()
        return gzip.decompress(body) if answer.get("ContentEncoding") == "gzip" else body

    def document(self, key):
        return json.loads(self.object(key))

    def messages(self):
        """Messages of each queue, waiting or being worked on."""
        kinds = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
        counts = {}
        for name, url in self.queues.items():
            attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(kinds))["Attributes"]
            counts[name] = sum(int(attributes[kind]) for kind in kinds)
        return counts

    def logged(self, output):
        """The last lines of a function's log."""
        logs = self.aws.client("logs")
        group = f"/aws/lambda/{self.outputs[output]}"
        return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]

    def subscribed(self, topic):
        """A queue that is subscribed to a topic; gives its URL, and what tells all that has arrived so far: JSON, and
        attributes."""
        queue = self.sqs.create_queue(QueueName="listener")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        told = []

        def arrived():
            while received := self.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
                for message in received:
                    self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                    envelope = json.loads(message["Body"])
                    attributes = envelope.get("MessageAttributes", {})
                    told.append({
                        "message": json.loads(envelope["Message"]),
                        "attributes": {name: attribute["Value"] for name, attribute in attributes.items()},
                    })
            return told

        return queue, arrived

    def close(self):
        self.aws.stop()
        self.proxy.shutdown()


def store_of_command_line(application, folder):
    """What the command line computes from the same bucket: keys and bytes of its tables and reports. Files that the store
    knows already are not read again."""
    command = [os.environ["GATETRAIL_BIN"], "ingest", f"s3://{TRAIL}/", "--store", str(folder), "--endpoint-url", application.aws.url]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"gatetrail ingest: {done.returncode}\n{done.stdout}")
    found = {}
    for part in ("reports", "tables"):
        for path in sorted((pathlib.Path(folder) / part).rglob("*")):
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def until(condition, patience_s, pause_s=0.5):
    """Waits for a condition; gives whether it came, and after how many seconds."""
    started = time.monotonic()
    while time.monotonic() - started < patience_s:
        if condition():
            return True, time.monotonic() - started
        time.sleep(pause_s)
    return False, time.monotonic() - started
