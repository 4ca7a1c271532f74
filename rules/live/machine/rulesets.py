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

_PACKAGES = {4: "iptables-save", 6: "ip6tables-save"}


def rulesets(root: Path = Path("/")) -> Rulesets:
    """The rules of nftables, and those of iptables that nftables does not show.

    Raises NotKnownError if they can't be read: this needs root, and nft or iptables.
    """
    frontends = tuple(name for name, there in (("firewalld", _firewalld(root)), ("ufw", _ufw(root))) if there)
    if os.geteuid() != 0:
        raise NotKnownError("the packet filter's rules are shown to root only; run it with sudo")
    nft = find("nft") is not None
    rows = read_nftables(output_of("nft", "-j", "list", "ruleset")) if nft else ()
    saved = {}
    if not nft or _has_legacy(root):
        for family, program in _PACKAGES.items():
            legacy = program.replace("tables-", "tables-legacy-")
            chosen = legacy if nft and find(legacy) is not None else program
            if find(chosen) is not None:
                saved[family] = output_of(chosen)
    if not nft and not saved:
        raise NotKnownError(
            "neither 'nft' nor 'iptables-save' is installed; the packages nftables and iptables have them"
        )
    return Rulesets(rows, saved, frontends)


def read_nftables(text: str) -> tuple[Mapping[str, Any], ...]:
    """The objects of `nft -j list ruleset` (libnftables-json(5)): chains, rules, sets; empty for what is not JSON."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    rows = document.get("nftables") if isinstance(document, Mapping) else None
    return tuple(row for row in rows if isinstance(row, Mapping)) if isinstance(rows, list) else ()


def _has_legacy(root: Path) -> bool:
    """Whether there are tables of the older iptables, which nft does not show."""
    for name in ("ip_tables_names", "ip6_tables_names"):
        with suppress(OSError):
            if (root / "proc/thread-self/net" / name).read_bytes().strip():
                return True
    return False


def _firewalld(root: Path) -> bool:
    return (root / "run/firewalld.pid").exists() or (root / "run/firewalld/firewalld.pid").exists()


def _ufw(root: Path) -> bool:
    with suppress(OSError):
        text = (root / "etc/ufw/ufw.conf").read_text(encoding="utf-8", errors="replace")
        return any(line.strip().lower() == "enabled=yes" for line in text.split("\n"))
    return False
