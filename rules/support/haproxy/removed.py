"""What haproxy no longer supports, and comparing versions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.haproxy import Section
    from parsers.tree import Word

# An address with a port, or a bare IPv4 address, as haproxy 1.x allowed it after the name of a section.
_ADDRESS = r"[^\s/]*:\+?[0-9]+(?:-[0-9]+)?(?:,\S*)?\Z|[0-9]{1,3}(?:\.[0-9]{1,3}){3}\Z"


def header_address(section: Section) -> Word | None:
    """The address on the header line of a `frontend` or `listen` section, where haproxy 1 allowed it, or None."""
    if section.keyword not in ("frontend", "listen"):
        return None
    extra = next(iter(section.header.args[1:]), None)
    if extra is None or extra.value == "from":
        return None
    return extra if re.match(_ADDRESS, extra.value) and not extra.dynamic else None


def is_later(version: str, other: str) -> bool:
    """Whether a version of haproxy (`3.2`, `3.5-dev5`, `2.6.12`) is of a later branch than another."""
    return _branch(version) > _branch(other)


def _branch(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split(".")[:2] if part.isdecimal())
