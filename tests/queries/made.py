"""A store to ask: the samples, and a made-up day beside them that has what the samples have not."""

import datetime
import gzip
import json
import pathlib
import random
import subprocess

ACCOUNT, OTHER = "111122223333", "000011112222"
EAST, WEST = "us-east-1", "eu-west-1"
DAY = datetime.datetime(2026, 11, 21)


def make(gatetrail: str, samples: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Makes the store with the program itself, and says where it is."""
    store, logs = folder / "store", folder / "logs"
    # The same records under two names: what is delivered twice counts once.
    for day, name in (("21", "AAAA"), ("21", "BBBB"), ("22", "CCCC")):
        delivered = [record for record in records() if record["eventTime"].startswith("2026-11-22") == (day == "22")]
        file = f"{ACCOUNT}_CloudTrail_{EAST}_202611{day}T1200Z_{name}.json.gz"
        write(logs / f"AWSLogs/{ACCOUNT}/CloudTrail/{EAST}/2026/11/{day}/{file}", {"Records": delivered})
    write(folder / "made.metrics.json.gz", pull())
    for sources in ([str(samples)], [str(logs)], [str(folder / "made.metrics.json.gz")]):
        subprocess.run([gatetrail, "ingest", *sources, "--store", str(store)], check=True, capture_output=True)
    return store


def write(path: pathlib.Path, document: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(document).encode(), mtime=0))


def records() -> list[dict]:
    made = []

    def event(at: str, name: str, *, error=None, account=ACCOUNT, region=EAST, user="alice", kind="IAMUser", ip="203.0.113.9", agent="made/1",
              parameters=None, response=None, addendum=None, message=None, event_id=None):
        made.append({
            "eventID": event_id or f"made-{len(made):04}", "eventTime": f"2026-11-{at}Z", "eventSource": "apigateway.amazonaws.com",
            "eventName": name, "awsRegion": region, "recipientAccountId": account, "sourceIPAddress": ip, "userAgent": agent,
            "requestID": f"request-{len(made)}", "eventType": "AwsApiCall", "requestParameters": parameters, "responseElements": response,
            "userIdentity": {"type": kind, "userName": user} if user else {"type": kind},
            **({"errorCode": error} if error else {}), **({"errorMessage": message} if message else {}),
            **({"addendum": {"reason": "UPDATED_DATA", "originalEventID": addendum}} if addendum else {}),
        })

    def creates(at, api_id, name, v2=None, account=ACCOUNT, region=EAST):
        if v2:
            event(at, "CreateApi", account=account, region=region, parameters={"name": name, "protocolType": v2},
                  response={"apiId": api_id, "name": name, "protocolType": v2})
        else:
            event(at, "CreateRestApi", account=account, region=region, parameters={"createRestApiInput": {"name": name}},
                  response={"id": api_id, "name": name})

    creates("21T00:00:05", "ord1", "orders-made")
    creates("21T00:00:06", "per1", "periods-made")
    creates("21T00:00:07", "twin1", "Twin")
    creates("21T00:00:08", "twin2", "Twin")
    creates("21T00:00:09", "uml1", "Bestellungen-\u00fc")
    creates("21T00:00:10", "han1", "\u8a02\u55ae")
    creates("21T00:00:11", "h1", "shop", v2="HTTP")
    creates("21T00:00:12", "w1", "chat", v2="WEBSOCKET")
    creates("21T00:00:13", "h1", "shop-of-another-region", v2="HTTP", region=WEST)
    creates("21T08:00:00", "h1", "shop-renamed", v2="HTTP")
    creates("21T08:00:01", "pct1", "100%_made")

    # More error codes, users and agents than fit in a top.
    for number in range(14):
        for repeat in range(1 + number // 2):
            event(f"21T0{1 + repeat}:{number + 10}:00", "GetStage", error=f"Made{number:02}Exception", user=f"user-{number:02}",
                  agent=f"agent/{number}", ip=f"198.51.100.{number}", parameters={"restApiId": "ord1" if number % 2 else "none-knows-it"})
    for number in range(12):
        event(f"21T03:14:{number + 10}.250", "GetApis", user=f"role-{number}", kind="AssumedRole", ip="2001:db8::7" if number % 3 else "2001:DB8:1::8")
    event("21T03:15:00", "GetRestApis", error="AccessDenied", user=None, kind="AWSService", ip="AWS Internal", agent=None)
    for error in (None, "ThrottlingException"):
        event("21T03:15:01", "GetRestApis", error=error, user=None, kind="AWSService", ip="cloudformation.amazonaws.com")
    event("21T03:15:02", "GetRestApis", error="AccessDenied", account=OTHER, region=WEST, user="o'hara \u0131\u0130")
    # Only the message names the API; nothing does.
    event("21T03:16:00", "UpdateStage", error="AccessDenied", message=f"not authorized on arn:aws:apigateway:{EAST}::/restapis/ord1/stages/prod")
    event("21T03:16:01", "UpdateStage", error="AccessDenied", message="not authorized")
    event("21T03:16:02", "GetStage", error="AccessDenied", parameters={"restApiId": "pct1"})
    # A correction of a correction's rival: one original, two corrections, the later counts. Then one that names itself, one whose
    # original is of another account, and one that comes a day later.
    event("21T04:00:00", "DeleteStage", error="Wrong", event_id="original")
    event("21T04:00:30", "DeleteStage", error="Less", event_id="correction-1", addendum="original")
    event("21T04:01:00", "DeleteStage", error="Right", event_id="correction-2", addendum="original")
    event("21T04:02:00", "DeleteStage", error="Itself", event_id="itself", addendum="itself")
    event("21T04:03:00", "DeleteStage", error="Foreign", event_id="foreign", addendum="itself", account=OTHER)
    event("21T05:00:00", "DeleteStage", error="Early", event_id="early")
    event("22T09:00:00", "DeleteStage", event_id="late", addendum="early")
    # Dated long after its own delivery: in no window. At the window's bounds: in, and out.
    event("21T18:00:00", "DeleteStage", error="FromTheFuture")
    event("21T06:00:00.000", "GetStage", error="AtTheBound")
    event("20T23:59:59.999", "GetStage", error="TheDayBefore")
    return made


def pull() -> dict:
    rng = random.Random(7)
    series = {}

    def point(at, period, metric, values, account=ACCOUNT, region=EAST, **dimensions):
        key = {"account": account, "region": region, "namespace": "AWS/ApiGateway",
               **{name: dimensions.get(name, "") for name in ("api_name", "api_id", "stage", "resource", "method", "route")},
               "metric": metric, "period_s": period}
        points = series.setdefault(json.dumps(key), {})
        known = points.setdefault(at, {})
        # A series holds what those below it hold: points of one time are added up.
        for name, value in values.items():
            known[name] = value if name not in known else {"minimum": min, "maximum": max}.get(name, float.__add__)(float(known[name]), float(value))

    def measured(requests, at_least):
        taken = [at_least + rng.randrange(300) for _ in range(requests)]
        return {"sample_count": requests, "sum": sum(taken), "minimum": min(taken), "maximum": max(taken)}

    def flags(requests, most):
        return {"sample_count": requests, "sum": rng.randrange(min(requests, most) + 1)}

    def minutes(hour, step=1, last=60, day=DAY):
        return [day + datetime.timedelta(hours=hour, minutes=minute) for minute in range(0, last, step)]

    # All levels at once. In hour 2 the API itself was seen in part, in hour 3 the methods of `beta` are not measured, in hour 4 the
    # API itself is not.
    for hour in range(6):
        for at in minutes(hour, 3):
            for stage, method, resource in (("prod", "GET", "/a"), ("prod", "POST", "/a"), ("prod", "GET", "/b/{id}"), ("beta", "GET", "/a")):
                requests = rng.randrange(1, 9)
                values = {"Latency": measured(requests, 20), "IntegrationLatency": measured(requests, 5), "Count": {"sample_count": requests, "sum": requests},
                          # Errors are counted with samples in some hours, in others without.
                          "4XXError": flags(requests, 2) if hour % 2 else {"sum": rng.randrange(2)}, "5XXError": flags(requests, 1)}
                if method == "GET" and stage == "prod":
                    hit = rng.randrange(requests + 1)
                    values["CacheHitCount"] = {"sample_count": requests, "sum": hit}
                    values["CacheMissCount"] = {"sample_count": requests, "sum": requests - hit}
                if hour == 5:
                    del values["Count"]
                for metric, value in values.items():
                    if not (hour == 3 and stage == "beta"):
                        point(at, 60, metric, value, api_name="orders-made", stage=stage, method=method, resource=resource)
                    point(at, 60, metric, value, api_name="orders-made", stage=stage)
                    if hour != 4 and not (hour == 2 and at.minute % 2):
                        point(at, 60, metric, value, api_name="orders-made")
    point(DAY, 86_400, "Latency", {"sample_count": 9, "sum": 900, "p50": 80.0, "p90": 190.5, "p95": 240.0, "p99": 300.25}, api_name="orders-made")
    point(DAY, 3_600, "Latency", {"p99": 123.0}, api_name="orders-made")

    # Two periods of the same hours: both saw as much, the coarse more, the coarse alone, the coarse less.
    for hour in (0, 1, 3):
        for at in minutes(hour):
            value = measured(rng.randrange(1, 5), 100)
            if hour != 1 or at.minute >= 30:
                point(at, 60, "Latency", value, api_name="periods-made", stage="v1")
            point(at.replace(minute=at.minute // 5 * 5), 300, "Latency", value, api_name="periods-made", stage="v1")
    for at in minutes(3, 5):
        series[next(key for key in series if '"periods-made"' in key and '"period_s": 300' in key)][at]["sample_count"] -= 1
    for at in minutes(2, 5):
        point(at, 300, "Latency", measured(3, 400), api_name="periods-made", stage="v1")
    point(DAY + datetime.timedelta(hours=5), 3_600, "Latency", measured(40, 10), api_name="periods-made", stage="v1")
    # Across the hour, so that it is in no average.
    point(DAY + datetime.timedelta(hours=6), 5_400, "Latency", measured(40, 10), api_name="periods-made", stage="v1")
    for at in minutes(7, 5):
        low = rng.randrange(50)
        point(at, 300, "Latency", {**measured(20, 50), "p50": low + 60.0, "p90": low + 80.5, "p95": low + 90.0, "p99": low + 300.0}, api_name="periods-made", stage="v1")
        point(at, 300, "IntegrationLatency", measured(20, 50), api_name="periods-made", stage="v1")

    # The names that CloudWatch makes; two APIs of one; one that a LIKE would take for a pattern; the same name in another account.
    for name in ("Twin", "Bestellungen-", "han1", "100%_made"):
        for at in minutes(2, 20):
            point(at, 300, "Latency", measured(4, 30), api_name=name, stage="live")
    point(DAY, 300, "Latency", measured(4, 30), account=OTHER, region=WEST, api_name="Twin", stage="live")
    # Measured, and nobody came.
    point(DAY, 300, "Latency", {"sample_count": 0, "sum": 0}, api_name="idle", stage="live")
    # Of this one nothing but the API itself was pulled, of that one more than its stage saw.
    for name in ("alone", "above"):
        point(DAY, 300, "Latency", measured(9, 30), api_name=name)
        point(DAY, 300, "5XXError", {"sample_count": 9, "sum": 2}, api_name=name)
    point(DAY, 300, "Latency", measured(5, 30), api_name="above", stage="live")
    # Only errors were pulled.
    point(DAY, 300, "5XXError", {"sample_count": 4, "sum": 1}, api_name="errors-alone", stage="live")
    # A week and a day before.
    for days in (1, 7):
        for hour in (0, 7, 23):
            at = DAY - datetime.timedelta(days=days) + datetime.timedelta(hours=hour)
            point(at, 300, "Latency", measured(days + hour, 30), api_name="orders-made", stage="prod")

    # An HTTP API with a name and one without; the second has no `Count`.
    for api_id in ("h1", "h2"):
        for at in minutes(1, 7):
            for stage in ("$default", "test"):
                for method in ("GET", "ANY"):
                    requests = rng.randrange(1, 20)
                    values = {"Latency": measured(requests, 10), "IntegrationLatency": measured(requests, 3), "4xx": {"sum": rng.randrange(3)},
                              "DataProcessed": {"sum": requests * 1000.5}}
                    if at.minute % 2:
                        values["5xx"] = {"sum": 1}
                    if api_id == "h1":
                        values["Count"] = {"sample_count": requests, "sum": requests}
                    for metric, value in values.items():
                        point(at, 60, metric, value, api_id=api_id, stage=stage)
                        if api_id == "h1" and stage == "test":
                            point(at, 60, metric, value, api_id=api_id, stage=stage, method=method, resource="/things")

        # An hour without an error that was told.
        for at in minutes(3, 10):
            point(at, 60, "Latency", measured(6, 10), api_id=api_id, stage="test")

    for at in minutes(2, 5):
        for route in ("$connect", "send"):
            values = {"ConnectCount": {"sum": 2}} if route == "$connect" else {"MessageCount": {"sum": rng.randrange(1, 40)}}
            values |= {"ClientError": {"sum": rng.randrange(2)}, "ExecutionError": {"sum": 0}, "IntegrationError": {"sum": rng.randrange(3)},
                       "IntegrationLatency": measured(rng.randrange(1, 9), 15)}
            for metric, value in values.items():
                point(at, 60, metric, value, api_id="w1", stage="prod")
                point(at, 60, metric, value, api_id="w1", stage="prod", route=route)

    timed = lambda at: at.isoformat() + "Z"
    whole = [{"series": json.loads(key), "points": [{"timestamp": timed(at), **points[at]} for at in sorted(points)]} for key, points in sorted(series.items())]
    window = {"account": ACCOUNT, "region": EAST, "window_start": timed(DAY), "window_end": timed(DAY + datetime.timedelta(days=1)), "period_s": 60,
              "configuration": "made", "state": "complete", "series": len(whole), "datapoints": sum(len(one["points"]) for one in whole),
              "metrics_requested": len(whole), "requests": 1, "throttles": 0, "incomplete": {}, "incomplete_since": None}
    return {"schema": "gatetrail/inbox-metrics/1", "windows": [window], "series": whole, "exceptions": []}
