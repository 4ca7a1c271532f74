"""The matrix: every canary in its file, every output looked through for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from tests.secrets.outputs import outputs
from tests.secrets.placements import Canary

_PIECE = 8  # characters of a secret in a row that give it away
_TOP = "global\n    maxconn 100\n"


def text_of(canaries: Iterable[Canary]) -> str:
    """A file with these canaries, each in the section that it asks for."""
    found = list(canaries)
    lines = [canary.line for canary in found if canary.section == "-"]
    kind = found[0].kind
    if kind == "haproxy":
        lines.append(_TOP)
    rest = sorted((c for c in found if c.section != "-"), key=lambda canary: canary.section)
    for section, members in groupby(rest, key=lambda canary: canary.section):
        if kind == "haproxy":
            lines.append(section if section in ("global", "") else f"{section} x-{section}")
            lines += [f"    {canary.line}" for canary in members]
        else:
            lines += [section, *(f"    {canary.line}" for canary in members), "}\n" * section.count("{")]
    return "\n".join([*lines, ""])


def clear(canaries: Iterable[Canary]) -> Iterator[tuple[Canary, str]]:
    """The canaries that a text shows, with the output; those of one kind are in one file."""
    found = list(canaries)
    names = {"haproxy": "lb1/haproxy.cfg", "keepalived": "lb1/keepalived.conf"}
    files = {names[kind]: text_of(c for c in found if c.kind == kind) for kind in {c.kind for c in found}}
    for name, shown in outputs(files).items():
        for canary in found:
            if is_shown(canary.secret, shown):
                yield canary, name


def is_shown(secret: str, text: str) -> bool:
    """Whether a text has the secret, or eight of its characters in a row."""
    return (
        secret[:_PIECE] in text
        or secret[-_PIECE:] in text
        or any(secret[at : at + _PIECE] in text for at in range(len(secret) - _PIECE + 1))
    )


def totals(shown: Iterable[tuple[Canary, str]]) -> Counter[str]:
    """How many canaries each output shows."""
    return Counter(name for _, name in shown)
