"""Where the shared research material is, for the tests that measure with it."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import NamedTuple

import pytest

_ROOT = Path(__file__).resolve().parents[1]


def shared() -> Path:
    """The folder with the corpus and the case tables; skips the test where it is not present."""
    folder = Path(os.environ.get("HALB_SHARED", _ROOT.parent / "shared"))
    if not (folder / "corpus").is_dir():
        pytest.skip("the shared corpus is not beside this checkout")
    return folder


class RealFile(NamedTuple):
    """A file of the corpus: where it is, the exit status of the real tool on it, and its first message."""

    path: Path
    name: str
    status: int
    message: str


def real_files(kind: str) -> list[RealFile]:
    """The corpus's files of "haproxy" or "keepalived", single ones and those of pairs."""
    corpus = shared() / "corpus"
    with (corpus / "manifest.tsv").open(encoding="utf-8", newline="") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    ends = {"haproxy": "/haproxy.cfg", "keepalived": "/keepalived.conf"}[kind]
    names = [row["relative_path"] for row in rows]
    return [
        RealFile(corpus / name, name, int(row["rc"]), row["first_message"])
        for name, row in zip(names, rows, strict=True)
        if name.startswith(f"singles/{kind}/") or name.endswith(ends)
    ]
