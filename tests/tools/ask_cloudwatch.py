#!/usr/bin/env python3
"""Calls CloudWatch with boto3, a client that shares nothing with Gatetrail's.

usage: ask_cloudwatch.py ENDPOINT REGION PROTOCOL < calls.json > answers.json

PROTOCOL is `smithy-rpc-v2-cbor` or `json`: by itself boto3 takes the latter, Gatetrail speaks the former.

A call is {"operation": "get_metric_data", "parameters": {…}}, times in seconds since 1970; with "pages": true every page is
asked for. An answer is {"pages": […]}, or {"error": {"code": …, "status": …}} where there is none. Nothing is tried twice.
"""

import datetime
import json
import sys

import boto3
import botocore.config
import botocore.exceptions
import botocore.model

TIMES = {"StartTime", "EndTime", "Timestamp"}


def with_times(value, name=None):
    if isinstance(value, dict):
        return {key: with_times(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [with_times(one) for one in value]
    return datetime.datetime.fromtimestamp(value, datetime.timezone.utc) if name in TIMES else value


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    raise TypeError(type(value))


def answer(client, call):
    operation = getattr(client, call["operation"])
    parameters = with_times(call["parameters"])
    pages = []
    try:
        while True:
            page = operation(**parameters)
            page.pop("ResponseMetadata")
            pages.append(page)
            if not call.get("pages") or "NextToken" not in page:
                return {"pages": pages}
            parameters["NextToken"] = page["NextToken"]
    except botocore.exceptions.ClientError as error:
        response = error.response
        return {"error": {"code": response["Error"]["Code"], "status": response["ResponseMetadata"]["HTTPStatusCode"]}}
    except Exception as error:  # A cut connection, a body that is no CBOR: botocore has a class for each.
        return {"error": {"code": type(error).__name__, "status": 0}}


def main():
    endpoint, region, protocol = sys.argv[1:]
    # No option of boto3, but the only way to have the independent client speak what is spoken to CloudWatch.
    botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (protocol,)
    client = boto3.client(
        "cloudwatch",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=botocore.config.Config(retries={"total_max_attempts": 1}),
    )
    json.dump([answer(client, call) for call in json.load(sys.stdin)], sys.stdout, default=plain)


if __name__ == "__main__":
    main()
