"""What the functions ask of AWS, read from the lists beside the code that asks: `pub const …CALLS: &[&str] = &[…];`."""

import re

from expanded import ROOT

LIST = re.compile(r"const (\w*CALLS): &(?:'static )?\[&(?:'static )?str\]\s*=\s*&\[(.*?)\];", re.DOTALL)


def lists(path):
    """The lists of a source file, by name."""
    code = (ROOT / path).read_text(encoding="utf-8")
    return {name: re.findall(r'"([^"]+)"', body) for name, body in LIST.findall(code)}


def of_function(crate):
    """The lists of a function's crate."""
    return lists(f"functions/{crate}/src/lib.rs")


def of_adapters():
    """All that the adapters can ask."""
    paths = sorted((ROOT / "shared/aws/src").glob("*.rs"))
    return {call for path in paths for calls in lists(path.relative_to(ROOT)).values() for call in calls}


def of_service(service):
    """What the adapters ask of a service: something, or a list was lost."""
    listed = {call for call in of_adapters() if call.startswith(f"{service}:")}
    if not listed:
        raise LookupError(f"no adapter of shared/aws lists calls of {service}")
    return listed
