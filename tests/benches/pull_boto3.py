"""An hour of CloudWatch metrics as scripts usually pull it: every stage's Latency, page by page, one request after the other.

usage: pull_boto3.py ENDPOINT FROM TO
"""

import datetime
import json
import sys

import boto3

STATISTICS = ("SampleCount", "Sum", "Minimum", "Maximum")
# The most queries that GetMetricData takes.
QUERIES = 500


def main():
    endpoint, begin, end = sys.argv[1], *map(datetime.datetime.fromisoformat, sys.argv[2:])
    client = boto3.client(
        "cloudwatch", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    listing = client.get_paginator("list_metrics").paginate(Namespace="AWS/ApiGateway", MetricName="Latency")
    metrics = [metric for page in listing for metric in page["Metrics"]]
    wanted = [(metric, statistic) for metric in metrics for statistic in STATISTICS]

    points = {}
    for first in range(0, len(wanted), QUERIES):
        batch = wanted[first : first + QUERIES]
        queries = [
            {"Id": f"q{number}", "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic}}
            for number, (metric, statistic) in enumerate(batch)
        ]
        pages = client.get_paginator("get_metric_data").paginate(MetricDataQueries=queries, StartTime=begin, EndTime=end)
        for page in pages:
            for result in page["MetricDataResults"]:
                metric, statistic = batch[int(result["Id"][1:])]
                series = tuple((dimension["Name"], dimension["Value"]) for dimension in metric["Dimensions"])
                for time, value in zip(result["Timestamps"], result["Values"]):
                    points.setdefault((series, time), {})[statistic] = value

    samples = sum(point["SampleCount"] for point in points.values())
    json.dump({"points": len(points), "samples": samples}, sys.stdout)


if __name__ == "__main__":
    main()
