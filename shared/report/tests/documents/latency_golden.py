"""Makes latency_golden.txt: averages by Python's math.fsum, which reports must equal to the last bit.

usage: python3 shared/report/tests/documents/latency_golden.py > shared/report/tests/documents/latency_golden.txt

A line is a case: the bits of fsum(sums) / fsum(sample counts), a colon, and the datapoints as the bits of their sum, a slash
and the bits of their sample count, all in hexadecimal. The seed is fixed, so the same Python gives the same file.
"""

import math
import random
import struct


def bits(number):
    return struct.pack(">d", number).hex()


def cases(rng):
    yield [(0.1, 1.0)] * 10
    yield [(1e16, 1.0), (1.0, 1.0), (1.0, 1.0)]
    yield [(2.0**53, 1.0), (1.0, 2.0), (2.0**53, 3.0), (1.0, 1.0)]
    for _ in range(60):
        # As API Gateway sends them: whole milliseconds of a few requests.
        yield [(float(rng.randrange(1, 90_000)), float(rng.randrange(1, 500))) for _ in range(rng.randrange(1, 25))]
    for _ in range(60):
        yield [(rng.lognormvariate(5, 6), float(rng.randrange(1, 100_000))) for _ in range(rng.randrange(2, 25))]


for points in cases(random.Random(20261122)):
    average = math.fsum(total for total, _ in points) / math.fsum(count for _, count in points)
    print(f"{bits(average)}:" + " ".join(f"{bits(total)}/{bits(count)}" for total, count in points))
