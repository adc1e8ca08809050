"""Makes fsum_golden.txt: sums by Python's math.fsum, which the exact sums must equal to the last bit.

usage: python3 shared/metrics/tests/fsum_golden.py > shared/metrics/tests/fsum_golden.txt

A line is a case: the bits of its sum, a colon, the bits of its numbers, all in hexadecimal. The seed is fixed, so the same
Python gives the same file.
"""

import math
import random
import struct
import sys

LARGEST = sys.float_info.max
LEAST = 5e-324


def bits(number):
    return struct.pack(">d", number).hex()


def any_finite(rng):
    """Every exponent alike, subnormals among them."""
    return struct.unpack(">d", struct.pack(">Q", rng.getrandbits(1) << 63 | rng.randrange(0x7FE) << 52 | rng.getrandbits(52)))[0]


def by_hand():
    yield []
    yield [0.0]
    yield [-0.0]
    yield [-0.0, -0.0]
    yield [1.0, -1.0]
    yield [0.1] * 10
    yield [1e100, 1.0, -1e100]
    yield [1e308, 1e-308, -1e308]
    yield [LARGEST]
    yield [LARGEST, LARGEST / 4, -LARGEST]
    yield [LEAST] * 3
    yield [LEAST, -LEAST]
    yield [2.2250738585072014e-308, -LEAST]
    yield [2.225073858507201e-308, LEAST]
    # Halves between two doubles: to the even one, and away from it by the least that there is.
    for odd in (1.0, 1.0 + 2**-52):
        half = 2.0**-53
        yield [odd, half]
        yield [odd, half, LEAST]
        yield [odd, half, -LEAST]
        yield [-odd, -half]
        yield [-odd, -half, -LEAST]
        yield [odd, half, 2.0**-106, -(2.0**-106)]
    yield [2.0**53, 1.0, 1.0]
    yield [2.0**53 - 1, 0.5]
    yield [2.0**53 - 1, 0.5, -LEAST]
    yield [float(number) for number in range(1, 1001)]


def by_chance(rng):
    for _ in range(60):
        yield [any_finite(rng) for _ in range(rng.randrange(1, 12))]
    # Latencies as CloudWatch sums them.
    for _ in range(40):
        yield [round(rng.expovariate(1 / 50) * rng.randrange(1, 500), 3) for _ in range(rng.randrange(1, 60))]
    # What nearly cancels, so that the last bits are all that is left.
    for _ in range(60):
        numbers = [rng.gauss(0, 1) * 2.0 ** rng.randrange(-200, 200) for _ in range(rng.randrange(1, 10))]
        numbers += [-number * rng.choice((1.0, 1.0, 1.0 + 2**-52)) for number in numbers]
        rng.shuffle(numbers)
        yield numbers
    for _ in range(40):
        yield [rng.randrange(-(2**53), 2**53) * LEAST for _ in range(rng.randrange(1, 10))]


def main():
    for numbers in [*by_hand(), *by_chance(random.Random(53))]:
        try:
            total = math.fsum(numbers)
        except OverflowError:
            continue
        print(f"{bits(total)}:{' '.join(map(bits, numbers))}")


if __name__ == "__main__":
    main()
