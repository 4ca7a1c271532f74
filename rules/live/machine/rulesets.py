"""The packet filter's rules, as nft and iptables print them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from rules.live.machine.commands import find, output_of
from rules.live.machine.observed import NotKnownError, Rulesets

_SAVED = {4: "iptables-save", 6: "ip6tables-save"}


def rulesets(root: Path = Path("/")) -> Rulesets:
    """The rules of nftables, and those of iptables, whose extensions and older tables nft does not show.

    Raises NotKnownError if they can't be read: this needs root, and nft or iptables.
    """
    frontends = tuple(name for name, there in (("firewalld", _firewalld(root)), ("ufw", _ufw(root))) if there)
    if os.geteuid() != 0:
        raise NotKnownError("the packet filter's rules are shown to root only; run it with sudo")
    nft = find("nft") is not None
    rows = read_nftables(output_of("nft", "-j", "list", "ruleset")) if nft else ()
    saved = {family: text for family, program in _SAVED.items() if (text := _saved(program, rows))}
    if not nft and not any(find(program) for program in _SAVED.values()):
        raise NotKnownError(
            "neither 'nft' nor 'iptables-save' is installed; the packages nftables and iptables have them"
        )
    return Rulesets(rows, saved, frontends)


def _saved(program: str, rows: tuple[Mapping[str, Any], ...]) -> str:
    """What iptables saves, "" without it. With nft's rows, which are less plain about the same rules, it may fail."""
    if find(program) is None:
        return ""
    try:
        return output_of(program)
    except NotKnownError:
        if not rows:
            raise
        return ""


def read_nftables(text: str) -> tuple[Mapping[str, Any], ...]:
    """The objects of `nft -j list ruleset` (libnftables-json(5)): chains, rules, sets; empty for what is not JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    rows = document.get("nftables") if isinstance(document, Mapping) else None
    return tuple(row for row in rows if isinstance(row, Mapping)) if isinstance(rows, list) else ()


def _firewalld(root: Path) -> bool:
    return (root / "run/firewalld.pid").exists() or (root / "run/firewalld/firewalld.pid").exists()


def _ufw(root: Path) -> bool:
    with suppress(OSError):
        text = (root / "etc/ufw/ufw.conf").read_text(encoding="utf-8", errors="replace")
        return any(line.strip().lower() == "enabled=yes" for line in text.split("\n"))
    return False
