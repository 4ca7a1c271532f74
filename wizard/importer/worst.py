"""Which of the leftovers matters most: the order in which they are listed, equal ones of several nodes as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from rules.text import counted
from wizard.importer.model import Leftover, LeftoverKind

_ORDER = tuple(LeftoverKind)
# What keeps somebody out, or lets somebody in.
_ACCESS = frozenset(
    (
        *("acl", "authentication", "auth_pass", "auth_type", "block", "http-request", "tcp-request", "userlist"),
        *("stats", "ssl-default-bind-options", "unicast_peer", "virtual_ipaddress_excluded"),
    )
)
_MOST_PLACES = 3
_STARS = "***"  # a secret is hidden behind as many stars as it has characters


class Left(NamedTuple):
    """Equal leftovers of one or several nodes."""

    text: str
    why: str
    kind: LeftoverKind
    places: tuple[tuple[str, int], ...]

    def line(self, names: Mapping[str, str] = MappingProxyType({})) -> str:
        """`lb1/haproxy.cfg:43, lb2/haproxy.cfg:43: maxconn 20 (a plan has no 'maxconn' for servers)`.

        `names` are other names of files.
        """
        places = [f"{names.get(file, file)}:{line}" for file, line in self.places]
        shown = places[:_MOST_PLACES]
        more = f" and {counted(rest, 'other place')}" if (rest := len(places) - len(shown)) else ""
        why = "" if self.kind in (LeftoverKind.PACKAGED, LeftoverKind.COMMENT) else f" ({self.why})"
        return f"{', '.join(shown)}{more}: {self.text.strip()}{why}"


def worst_first(leftovers: Iterable[Leftover]) -> tuple[Left, ...]:
    """The leftovers by what is lost with them: other services first, then secrets and what decides who may connect.

    The rest of the endpoint's own lines come next, then what was not understood, what halb does in its own way, what
    packages ship, and comments.
    """
    found: dict[tuple[str, str, LeftoverKind], list[Leftover]] = {}
    for leftover in leftovers:
        found.setdefault((leftover.text.strip(), leftover.why, leftover.kind), []).append(leftover)
    groups = sorted(found.items(), key=lambda item: _rank(item[1][0]))
    return tuple(
        Left(text, why, kind, tuple((item.file, item.line) for item in items)) for (text, why, kind), items in groups
    )


def _rank(leftover: Leftover) -> int:
    if leftover.kind is LeftoverKind.OTHER:
        return 0
    if leftover.kind is LeftoverKind.COMMENT:
        return 3 + len(_ORDER)
    secret = _STARS in leftover.text
    words = leftover.text.split()
    access = bool(words) and words[0] in _ACCESS and leftover.kind is not LeftoverKind.PACKAGED
    return 1 if secret else 2 if access else 3 + _ORDER.index(leftover.kind)
