"""Log files to put into the trail bucket: keys and bytes."""

import collections
import gzip
import json
import pathlib
import random

ACCOUNT, AWS_REGION = "111122223333", "eu-west-1"
CODES = ["AccessDenied", "NotFoundException", "TooManyRequestsException", "BadRequestException", "ConflictException", None]
DELIVERED = "AWSLogs/{account}/CloudTrail/{region}/2026/11/22/{account}_CloudTrail_{region}_20261122T{minute}Z_{name}.json.gz"


def key(name, minute="1000", account=ACCOUNT, region=AWS_REGION):
    """Where CloudTrail would deliver a file."""
    return DELIVERED.format(account=account, region=region, minute=minute, name=name)


def event(random_bits, code):
    """A made-up call of API Gateway's control plane."""
    identity = f"{random_bits.getrandbits(128):032x}"
    record = {
        "eventVersion": "1.11",
        "eventSource": "apigateway.amazonaws.com",
        "eventName": "GetRestApi",
        "eventTime": f"2026-11-22T09:{random_bits.randrange(60):02}:{random_bits.randrange(60):02}Z",
        "awsRegion": AWS_REGION,
        "sourceIPAddress": "192.0.2.7",
        "userAgent": "aws-cli/2",
        "userIdentity": {"type": "IAMUser", "userName": "a-person", "accountId": ACCOUNT},
        "recipientAccountId": ACCOUNT,
        "requestParameters": {"restApiId": "a1b2c3d4e5"},
        "responseElements": None,
        # Keeps a file from being packed away to nothing.
        "requestID": f"{random_bits.getrandbits(256):064x}",
        "eventType": "AwsApiCall",
        "eventID": f"{identity[:8]}-{identity[8:12]}-{identity[12:16]}-{identity[16:20]}-{identity[20:]}",
    }
    if code:
        record |= {"errorCode": code, "errorMessage": "made up"}
    return record


def other(number):
    """A record of another service."""
    return {"eventVersion": "1.11", "eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "eventID": f"other-{number}"}


def packed(records):
    return gzip.compress(json.dumps({"Records": records}).encode(), mtime=0)


def burst(files, seed=20261122, name="burst"):
    """So many files, a quarter of them the content of another again; and the failures by error code, each event counted once."""
    bits = random.Random(seed)
    written, failures = {}, collections.Counter()
    distinct = files * 3 // 4
    contents = []
    for number in range(distinct):
        # Four of five are under 5 KB.
        large = number % 5 == 4
        events = [event(bits, bits.choice(CODES)) for _ in range(150 if large else bits.randrange(1, 6))]
        failures.update(one["errorCode"] for one in events if "errorCode" in one)
        contents.append(packed(events + [other(number)]))
        written[key(f"{name}{number:011}", f"10{number % 60:02}")] = contents[-1]
    for number in range(distinct, files):
        written[key(f"{name}{number:011}", f"11{number % 60:02}")] = contents[bits.randrange(distinct)]
    small = sum(len(content) < 5_000 for content in written.values())
    assert len(written) == files and 0.75 < small / files < 0.85, (len(written), small)
    return written, failures


def of_folder(folder):
    """Log files that lie as CloudTrail delivers them. Digests and insights beside them are nothing that the rule sends on, so that only
    the command line would tell of them."""
    folder = pathlib.Path(folder)
    paths = sorted(path for path in folder.rglob("*.json.gz") if "/CloudTrail/" in path.as_posix())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def of_corpus(folder):
    """Real files of many sources, which have only names, each where CloudTrail would deliver it."""
    paths = sorted(pathlib.Path(folder).rglob("*.json.gz"))
    return {key(f"corpus{number:010}", f"12{number % 60:02}"): path.read_bytes() for number, path in enumerate(paths)}
