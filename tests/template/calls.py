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


# Calls whose adapter is written on a branch of its own. The list beside it takes the place of the one here as soon as it is there,
# and the variable that switches it on has to be read from then on.
AWAITED = {"sns": ("GATETRAIL_ALERT_TOPIC_ARN", {"sns:Publish"})}


def of_service(service):
    """What the adapters ask of a service."""
    listed = {call for call in of_adapters() if call.startswith(f"{service}:")}
    return listed or AWAITED[service][1]


def awaited_variables():
    """Variables that no code reads yet."""
    listed = {call.split(":")[0] for call in of_adapters()}
    return {variable for service, (variable, _) in AWAITED.items() if service not in listed}
