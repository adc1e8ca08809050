#!/usr/bin/env python3
"""Writes the queries of this folder into template.yaml, as Athena's saved queries: that part of the template is made from the files.

They are part of the one template, and not of a nested one, since the Serverless Application Repository takes no nested stack.

usage: named_queries.py            (after a query has changed)
       named_queries.py --check    (fails where the template has other queries than this folder)
"""

import pathlib
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
TEMPLATE = HERE.parents[1] / "template.yaml"
HEADING = "  # ---- Saved queries: the files of infra/athena, written here by infra/athena/named_queries.py. All that follows is made by it.\n"


def resource(path):
    """A query as a resource. The first line of its file is `-- NAME: ANSWER`."""
    sql = path.read_text(encoding="utf-8")
    name, answer = sql.splitlines()[0].removeprefix("-- ").split(": ", 1)
    if name != path.stem or not sql.endswith("\n") or sql.endswith("\n\n"):
        raise ValueError(f"{path.name}: its first line is not `-- {path.stem}: ANSWER`, or its last is no single end of a line")
    logical = "".join(word.capitalize() for word in name.split("-")) + "Query"
    description = (answer[0].upper() + answer[1:] + ".").replace("'", "''")
    return (
        f"\n  {logical}:\n"
        "    Type: AWS::Athena::NamedQuery\n"
        "    Properties:\n"
        f"      Name: {name}\n"
        f"      Description: '{description}'\n"
        "      Database: !Ref Database\n"
        "      WorkGroup: !Ref WorkGroup\n"
        "      QueryString: |\n" + textwrap.indent(sql, " " * 8)
    )


def with_queries(template):
    """The text of the template with the queries as they are now."""
    head, found, _ = template.partition(HEADING)
    if not found:
        raise ValueError(f"{TEMPLATE.name} has no line {HEADING.strip()!r}")
    return head + HEADING + "".join(map(resource, sorted(HERE.glob("*.sql"))))


def main():
    template = TEMPLATE.read_text(encoding="utf-8")
    wanted = with_queries(template)
    if sys.argv[1:] == ["--check"]:
        if template != wanted:
            sys.exit("template.yaml does not hold the queries of infra/athena: run infra/athena/named_queries.py")
    elif sys.argv[1:]:
        sys.exit(__doc__.rpartition("\n\n")[2])
    else:
        TEMPLATE.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    main()
