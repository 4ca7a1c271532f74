"""The matrix: every canary in its file, every output looked through for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from tests.secrets.outputs import outputs
from tests.secrets.placements import Canary

_PIECE = 8  # characters of a secret in a row that give it away
_NAMES = {"haproxy": "lb1/haproxy.cfg", "keepalived": "lb1/keepalived.conf"}


def batches(canaries: Iterable[Canary]) -> Iterator[list[Canary]]:
    """The canaries of each kind of variant together: one pair of files for each."""
    ordered = sorted(canaries, key=lambda canary: (canary.change, canary.kind))
    yield from (list(members) for _, members in groupby(ordered, key=lambda canary: canary.change))


def text_of(canaries: Sequence[Canary]) -> str:
    """A file with these canaries, each in the section that it asks for."""
    haproxy = canaries[0].kind == "haproxy"
    lines = [canary.line for canary in canaries if canary.section == "-"]
    if haproxy:
        lines.append("global\n    maxconn 100\n")
    rest = sorted((c for c in canaries if c.section != "-"), key=lambda canary: canary.section)
    for section, members in groupby(rest, key=lambda canary: canary.section):
        head = f"{section} x-{section}" if haproxy and section not in ("global", "") else section
        lines += [head, *(f"    {canary.line}" for canary in members)]
        lines += ["}"] * section.count("{")
    return "\n".join([*lines, ""])


def clear(
    canaries: Iterable[Canary], of: Callable[[Mapping[str, str]], dict[str, str]] = outputs
) -> tuple[list[tuple[Canary, str]], tuple[str, ...]]:
    """The canaries that an output shows, each with the output's name, and the names of all outputs.

    Canaries of one kind are in one file; `of` makes the outputs of the files.
    """
    found = list(canaries)
    kinds = {canary.kind for canary in found}
    files = {_NAMES[kind]: text_of([c for c in found if c.kind == kind]) for kind in sorted(kinds)}
    texts = of(files)
    shown = [(canary, name) for name, text in texts.items() for canary in found if is_shown(canary.secret, text)]
    return shown, tuple(texts)


def is_shown(secret: str, text: str) -> bool:
    """Whether a text has the secret, or so many of its characters in a row that it can be guessed."""
    return any(secret[at : at + _PIECE] in text for at in range(max(1, len(secret) - _PIECE + 1)))
