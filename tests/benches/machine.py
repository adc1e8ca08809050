"""What was measured on what: numbers without their machine and versions are rumours."""

import os
import pathlib
import platform
import re
import subprocess


def first_line(*command: str) -> str | None:
    """The first line a program says of itself, or None where there is no such program."""
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    lines = (said.stdout or said.stderr).strip().splitlines()
    return lines[0] if lines else None


def cores() -> int:
    """Those that this process may use: a container is often given fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return first_line("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor()
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    flags = re.search(r"^flags\s*:\s*(.+)$", text, re.MULTILINE)
    vectors = [flag for flag in ("sse4_2", "avx2", "avx512bw") if flags and flag in flags.group(1).split()]
    return f"{model.group(1) if model else platform.machine()} ({', '.join(vectors) or platform.machine()})"


def describe(oracle_python: str | None) -> dict[str, str | int | None]:
    packages = None
    if oracle_python:
        packages = first_line(
            oracle_python,
            "-c",
            "import duckdb, orjson, platform as p; print('Python', p.python_version() + ', DuckDB', duckdb.__version__ + ', orjson', orjson.__version__)",
        )
    return {
        "processor": processor(),
        "cores": cores(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "rustc": first_line("rustc", "--version"),
        "libdeflate_gunzip": first_line("libdeflate-gunzip", "-V"),
        "gzip": first_line("gzip", "--version"),
        "jq": first_line("jq", "--version"),
        "oracles": packages,
    }


def busy() -> str | None:
    """A warning where something else ran in the last minute."""
    load = os.getloadavg()[0]
    return f"the machine is busy (load {load:.1f}): expect a wide spread" if load > 0.3 * cores() else None
