"""Who may depend on whom, and what the sources of the pure crates may name: see DESIGN's house and the step `purity`.

usage: cargo metadata --no-deps --format-version 1 | python3 tests/tools/purity.py PURE_CRATE...
"""

import json
import pathlib
import re
import sys

# The only crate that knows the AWS SDK: what an upgrade of the SDK breaks is then in one place.
AWS_CRATE = "gatetrail-aws"

# Data flows down this list and never back: a crate may use those before it.
HOUSE = [
    {"gatetrail-trail", "gatetrail-metrics"},
    {"gatetrail-tables"},
    {"gatetrail-report"},
    {"gatetrail-engine"},
    {"gatetrail-aws"},
    {"gatetrail-function"},
]
FLOOR = {crate: floor for floor, crates in enumerate(HOUSE) for crate in crates}

# The clock, the environment and the disk enter a pure crate through arguments.
# Of `net` the addresses are values as others are; sockets, and whatever looks names up, are not.
MODULES = r"env|fs|net(?!::Ip(?:v[46])?Addr\b)|process"
IMPURE = [
    (re.compile(rf"\b(?:std|core)::(?:{MODULES})\b(?!\s*!)"), "a part of std that reaches outside"),
    (re.compile(rf"\buse\s+std::\{{[^;]*\b(?:{MODULES})\b[^;]*\}}"), "a part of std that reaches outside"),
    (re.compile(r"\b(?:SystemTime|Instant)\b"), "a clock"),
    (re.compile(r"::now\s*\("), "a clock"),
]

# Comments and literals, so that a word in a sentence is no offence. Raw strings first: they may hold quotes.
NO_CODE = re.compile(
    r"""r(?P<hashes>\#*)".*?"(?P=hashes) | "(?:\\.|[^"\\])*" | '(?:\\.[^']*|[^'\\])' | //[^\n]* | /\*.*?\*/""",
    re.DOTALL | re.VERBOSE,
)


def direct_dependencies(packages):
    """Every dependency that the house forbids, as a sentence."""
    for package in packages:
        name = package["name"]
        for dependency in package["dependencies"]:
            wanted = dependency["name"]
            if wanted.startswith("aws-") and name != AWS_CRATE:
                yield f"{name} depends on {wanted}: only {AWS_CRATE} knows the AWS SDK"
            # A test may look at a crate from above; what ships may not.
            if dependency["kind"] == "dev" or name not in FLOOR or wanted not in FLOOR:
                continue
            if FLOOR[wanted] >= FLOOR[name]:
                yield f"{name} depends on {wanted}: data flows the other way"


def blank(match):
    """The same length and lines, without the text."""
    return re.sub(r"[^\n]", " ", match.group())


def without_tests(code):
    """The code with each item behind `#[cfg(test)]` blanked, and the names of the modules so declared."""
    modules = set()
    for attribute in reversed(list(re.finditer(r"#\[cfg\(test\)\]", code))):
        declared = re.compile(r"(?:\s|#\[[^\]]*\])*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;").match(code, attribute.end())
        if declared:
            modules.add(declared.group(1))
            continue
        depth, end = 0, attribute.end()
        for end in range(attribute.end(), len(code)):
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            if depth == 0 and code[end] in ";}":
                break
        code = code[: attribute.start()] + re.sub(r"[^\n]", " ", code[attribute.start() : end + 1]) + code[end + 1 :]
    return code, modules


def impure_lines(crate):
    """Every line of a crate's sources, tests aside, that names a clock, the environment, the disk or the network."""
    sources = pathlib.Path("shared", crate, "src")
    stripped, test_files = {}, {"tests"}
    for path in sorted(sources.rglob("*.rs")):
        code, modules = without_tests(NO_CODE.sub(blank, path.read_text(encoding="utf-8")))
        stripped[path] = code
        test_files |= modules
    for path, code in stripped.items():
        if test_files & {path.stem, *path.relative_to(sources).parts[:-1]}:
            continue
        for pattern, what in IMPURE:
            for match in pattern.finditer(code):
                line = code.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: `{' '.join(match.group().split())}` is {what}"


def main():
    packages = json.load(sys.stdin)["packages"]
    offences = list(direct_dependencies(packages))
    for crate in sys.argv[1:]:
        offences += impure_lines(crate)
    for offence in offences:
        print(f"   {offence}", file=sys.stderr)
    if offences:
        sys.exit(1)
    print(f"   {len(packages)} packages depend only downwards; no clock, environment, disk or network in {', '.join(sys.argv[1:])}")


if __name__ == "__main__":
    main()
