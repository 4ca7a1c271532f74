"""Real files: the shared corpus, and the configurations that come with the installed packages."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from parsers import parse_haproxy
from parsers.facts.haproxy import haproxy_facts
from parsers.haproxy.document import HaproxyDocument
from parsers.source import Source
from tests.parsers.haproxy.texts import read_all
from tests.shared import shared

_PACKAGED = ("/etc/haproxy", "/usr/share/doc/haproxy")


def parse(path: Path) -> HaproxyDocument:
    data = path.read_bytes()
    source = Source.from_bytes(str(path), gzip.decompress(data) if path.suffix == ".gz" else data)
    document = parse_haproxy(source.text, source.path)
    assert str(document) == source.text
    read_all(haproxy_facts([document]))
    for span in document.secrets:
        assert 0 <= span.start < span.end <= len(source.text)
    return document


@pytest.mark.corpus
def test_shared_corpus() -> None:
    root = shared() / "corpus"
    rows = [line.split("\t") for line in (root / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    files = [(row[0], row[5]) for row in rows if "haproxy" in Path(row[0]).name or "singles/haproxy/" in row[0]]
    assert len(files) > 20
    for name, code in files:
        if Path(name).name.startswith("keepalived") or name.endswith("keepalived.conf"):
            continue
        certain = [problem for problem in parse(root / name).problems if problem.certain]
        assert not (code == "0" and certain), name


def test_packaged_examples() -> None:
    files = [
        path
        for folder in _PACKAGED
        for path in sorted(Path(folder).rglob("*.cfg*"))
        if path.is_file() and path.name.endswith((".cfg", ".cfg.gz"))
    ]
    if not files:
        pytest.skip("no haproxy package is installed here")
    for path in files:
        assert [problem for problem in parse(path).problems if problem.certain] == [], path
