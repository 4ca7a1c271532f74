"""Fleets of any kind, for properties: sound ones, and ones with something wrong."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from tests.rules.failover.fleets import TRACK, instance, script, unicast

Nodes = dict[str, str]


class Member(NamedTuple):
    """One node's choices."""

    priority: int
    weight: int | None
    lines: tuple[str, ...]
    vrid: int
    advert: int
    vips: tuple[str, ...]
    peers: frozenset[int]


MOSTLY_ALIKE = st.sampled_from([51, 51, 51, 51, 52])
LINES = st.lists(
    st.sampled_from(
        ["nopreempt", "preempt_delay 3", "version 3", "dont_track_primary", "accept", "lower_prio_no_advert"]
    ),
    max_size=2,
    unique=True,
).map(tuple)


@st.composite
def members(draw: st.DrawFn, count: int) -> Member:
    return Member(
        priority=draw(st.one_of(st.sampled_from([100, 101, 110, 150, 255]), st.integers(1, 255))),
        weight=draw(st.sampled_from([None, 0, -2, -20, -60, 2, 60])),
        lines=draw(LINES),
        vrid=draw(MOSTLY_ALIKE),
        advert=draw(st.sampled_from([1, 1, 1, 2])),
        vips=draw(st.sampled_from([("192.0.2.10/24",)] * 4 + [("192.0.2.10/24", "192.0.2.9/24")])),
        peers=draw(st.one_of(st.just(frozenset(range(count))), st.frozensets(st.integers(0, count - 1)))),
    )


@st.composite
def fleets(draw: st.DrawFn) -> list[str]:
    """The keepalived.conf of two to four nodes: many are wrong in one way or another."""
    count = draw(st.integers(2, 4))
    by_unicast = draw(st.booleans())
    texts = []
    for index in range(count):
        member = draw(members(count))
        lines = list(member.lines)
        others = sorted(member.peers - {index})
        if by_unicast and others:
            lines.append(unicast(11 + index, *(11 + other for other in others)))
        else:
            lines.append(f"mcast_src_ip 192.0.2.{11 + index}")
        tracked = [TRACK] if member.weight is not None else []
        text = instance(member.priority, *tracked, *lines, vips=member.vips, vrid=member.vrid, advert=member.advert)
        texts.append(script(member.weight) + text if tracked else text)
    return texts


@st.composite
def sound_fleets(draw: st.DrawFn) -> Nodes:
    """Distinct priorities, everybody hears everybody, and a check of weight 0 or of more than the priorities differ."""
    count = draw(st.integers(2, 4))
    low = draw(st.integers(10, 100))
    priorities = draw(st.lists(st.integers(low, low + 20), min_size=count, max_size=count, unique=True))
    spread = max(priorities) - min(priorities)
    # Low enough for no sum to come to the limits of 1 and 254.
    priorities = [priority - min(priorities) + 100 for priority in priorities]
    weight = draw(st.sampled_from([0, -(spread + 1), spread + 1, -(spread + 30), spread + 30]))
    everybody = range(11, 11 + count)
    by_unicast = draw(st.booleans())
    version = draw(st.sampled_from(["version 2", "version 3"]))
    advert = draw(st.sampled_from([1, 2]))
    nodes = {}
    for index, priority in enumerate(priorities):
        own = 11 + index
        where = unicast(own, *(p for p in everybody if p != own)) if by_unicast else f"mcast_src_ip 192.0.2.{own}"
        nodes[f"lb{index + 1}"] = script(weight) + instance(priority, TRACK, where, version, advert=advert)
    return nodes
