"""The made-up trails that benches read, with their counted truth. Made once, in the target folder."""

import dataclasses
import gzip
import json
import os
import pathlib
import subprocess
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def target_folder() -> pathlib.Path:
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target")


@dataclasses.dataclass(frozen=True)
class Trail:
    """A folder of CloudTrail files and what was counted while they were made."""

    folder: pathlib.Path
    expected: dict

    @property
    def files(self) -> list[pathlib.Path]:
        return sorted(self.folder.rglob("*.json.gz"))

    @property
    def raw_mb(self) -> float:
        """Megabytes (10^6) of uncompressed JSON."""
        return self.expected["raw_bytes"] / 1e6


def many_files(size_bytes: int) -> Trail:
    """A trail as CloudTrail delivers it: most of its files small, most of its bytes in large ones."""
    # The smallest is the one that the tests read.
    name = "plain" if size_bytes == 30_000_000 else f"bench-{size_bytes // 1_000_000}"
    return made(name, size_bytes)


def made(name: str, size_bytes: int, *options: str) -> Trail:
    command = [str(ROOT / "tests/tools/make-trail"), name, "--bytes", f"{size_bytes // 1_000_000}e6", *options]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    folder = pathlib.Path(said.strip())
    return Trail(folder, json.loads(folder.with_name(folder.name + ".expected.json").read_text(encoding="utf-8")))


def api_gateway_only(size_bytes: int) -> Trail:
    """A trail whose every record is API Gateway's."""
    return made(f"api-gateway-{size_bytes // 1_000_000}", size_bytes, "--apigw", "1.0")


def one_file(size_bytes: int) -> Trail:
    """All records of such a trail in a single gzip member: what a reader must stream, for it does not fit in memory."""
    source = many_files(size_bytes)
    folder = source.folder.with_name(f"single-{size_bytes // 1_000_000}")
    path = folder / "111122223333_CloudTrail_us-east-1_20240701T0000Z_AAAAAAAAAAAAAAAA.json.gz"
    # Newer than the trail it was made from, or made from another one.
    stamp = source.folder.with_name(source.folder.name + ".stamp")
    if not path.exists() or path.stat().st_mtime < stamp.stat().st_mtime:
        print(f"   making one file of {source.raw_mb:.0f} MB", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / "part"
        join_records(source.files, part)
        part.rename(path)
    return Trail(folder, source.expected)


def join_records(files: list[pathlib.Path], into: pathlib.Path) -> None:
    """One document with the records of all. Their text is copied, not parsed: the maker writes no space between tokens."""
    before, after = b'{"Records":[', b"]}"
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    with into.open("wb") as out:
        out.write(packer.compress(before))
        for number, path in enumerate(files):
            text = gzip.decompress(path.read_bytes())
            if not (text.startswith(before) and text.endswith(after)):
                raise ValueError(f"{path} is not of the form that the maker of trails writes")
            out.write(packer.compress((b"," if number else b"") + text[len(before) : -len(after)]))
        out.write(packer.compress(after))
        out.write(packer.flush())
