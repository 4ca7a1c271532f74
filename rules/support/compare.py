"""Comparing one setting over the members of a VRRP group: what cross-node rules share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Generic, TypeVar

from parsers.records import NamedTuple
from parsers.source import Span
from rules.engine.finding import Related

if TYPE_CHECKING:
    from rules.engine.finding import Fix
    from rules.fleet.routers import Member, VrrpGroup

T = TypeVar("T", bound=Hashable)


class MemberValue(NamedTuple, Generic[T]):
    """One member's value of the setting that is compared."""

    member: Member
    value: T


class Disagreement(NamedTuple, Generic[T]):
    """Members whose value differs from the majority's (with two nodes: the later one), and the others."""

    odd: list[MemberValue[T]]
    rest: list[MemberValue[T]]

    def related(self, place: Callable[[Member], Span], note: Callable[[MemberValue[T]], str]) -> list[Related]:
        """The places of all members but the first odd one, which is the finding's own."""
        others = [*self.rest, *self.odd[1:]]
        return [Related(place(r.member), note(r), r.member.node.name) for r in others]

    def values(self, show: Callable[[MemberValue[T]], str]) -> str:
        """`lb1 has 33, lb2 has 34`, every member in the order of the nodes."""
        readings = sorted([*self.rest, *self.odd], key=lambda r: r.member.node.name)
        return ", ".join(f"{r.member.node.name} has {show(r)}" for r in readings)


def disagreement(group: VrrpGroup, value_of: Callable[[Member], T | None]) -> Disagreement[T] | None:
    """How the members differ in a setting, or None if they agree.

    Members whose value is not known (`value_of` returns None) are left out.
    """
    readings = [MemberValue(member, value) for member in group if (value := value_of(member)) is not None]
    counts = Counter(reading.value for reading in readings)
    if len(counts) < 2:
        return None
    # max returns the first of equals, so with two nodes the first one is assumed to be right.
    usual = max(counts, key=lambda value: counts[value])
    return Disagreement([r for r in readings if r.value != usual], [r for r in readings if r.value == usual])


def highest(group: VrrpGroup) -> Member | None:
    """The one member with the highest priority; None if two share it, or a priority is not known."""
    ranked = sorted(group, key=lambda member: member.instance.effective_priority or 0, reverse=True)
    priorities = [member.instance.effective_priority for member in ranked]
    return ranked[0] if None not in priorities and priorities[0] != priorities[1] else None


def place_of(member: Member, *keywords: str) -> Span:
    """The place of a member's setting (of the first keyword that it has), or else the instance's name."""
    for keyword in keywords:
        value = member.instance.get(keyword)
        if value is not None:
            return value.span
    return member.instance.name.span


def setting_on(members: Iterable[Member], line: str) -> Fix | None:
    """A fix: the setting in the instance of each of these members, in place of the one with its keyword."""
    from rules.support.keepalived.fixing import setting, together

    changes = [setting(member.instance.directive, line) for member in members]
    return together(changes, f"write '{line}'")
