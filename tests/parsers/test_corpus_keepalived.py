"""Real files: they round trip, and what the daemon reads without a word gives no problem."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from parsers.facts.keepalived import keepalived_facts
from parsers.keepalived import KeepalivedDocument, parse_keepalived
from parsers.source import Source
from tests.shared import shared

SAMPLES = Path("/usr/share/doc/keepalived/samples")
# Exit status 6 (script security) outranks 5: here the daemon reports a surplus brace, too.
OUTRANKED = {"singles/keepalived/pmzgit+old-note__conf_keepalived-mysql.conf": ["extra-close-brace"]}

pytestmark = pytest.mark.corpus


def read(path: Path) -> KeepalivedDocument:
    data = path.read_bytes()
    source = Source.from_bytes(path.name, gzip.decompress(data) if path.suffix == ".gz" else data)
    document = parse_keepalived(source.text, path.name)
    assert str(document) == source.text
    return document


def manifest() -> list[dict[str, str]]:
    with (shared() / "corpus" / "manifest.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [row for row in rows if "keepalived" in row["relative_path"] and row["relative_path"].endswith(".conf")]


def test_real_files() -> None:
    rows = manifest()
    assert len(rows) > 50
    for row in rows:
        document = read(shared() / "corpus" / row["relative_path"])
        facts = keepalived_facts(document)
        for instance in facts.instances:
            assert instance.initial_state in ("MASTER", "BACKUP")
            assert all(vip.raw for vip in instance.vips)
        if row["rc"] in ("0", "6"):
            kinds = [problem.kind for problem in document.problems if problem.kind != "line-too-long"]
            assert kinds == OUTRANKED.get(row["relative_path"], []), row["relative_path"]


def test_packaged_samples() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("keepalived's samples are not installed")
    files = [path for path in sorted(SAMPLES.iterdir()) if path.is_file()]
    assert files
    for path in files:
        document = read(path)
        if path.name.startswith("keepalived.conf"):
            assert document.problems == [], path.name
