"""A folder that files are written into, twice or more."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from wizard.files import Written, write_tree

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CFG, CONF, SCRIPT = "lb1/etc/haproxy/haproxy.cfg", "lb1/etc/keepalived/keepalived.conf", "lb1/install.sh"


def files(word: str = "one") -> dict[str, tuple[str, int]]:
    return {CFG: (f"# {word}\n", 0o644), CONF: (f"! {word}\n", 0o640), SCRIPT: ("#!/bin/sh\n", 0o755)}


def put(directory: Path, word: str = "one", *, force: bool = False, seen: dict[str, str] | None = None) -> Written:
    return write_tree(directory, files(word), force=force, when=WHEN, seen=seen)
