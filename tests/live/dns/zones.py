"""A zone of scripted servers: what a resolver knows about it, and asking all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import dns.flags
import pytest

from rules.live.dns.survey import survey
from rules.live.observations import DnsView, NameServer, Reply, ReplyKind
from tests.live.dns.asking import within
from tests.live.dns.name_servers import free_port, loopback
from tests.live.scripted import Scripted, scripted, serving

NAME = "kube.example.com"
ZONE = "example.com"
PATIENT = 5.0  # seconds; no test waits for it
SOA = f"{ZONE}. 60 IN SOA ns1.{ZONE}. hostmaster.{ZONE}. 1 3600 600 86400 60"
Table = dict[tuple[str, str], list[str]]


def record(address: str, name: str = NAME, ttl: int = 60) -> str:
    return f"{name}. {ttl} IN {'AAAA' if ':' in address else 'A'} {address}"


def delegated(*servers: tuple[str, str], address: str = "192.168.2.151") -> Table:
    """What a resolver knows about the zone: its SOA, its servers (relative names) with addresses, and our name."""
    table: Table = {(ZONE, "SOA"): [SOA], (NAME, "A"): [record(address)], (ZONE, "NS"): []}
    for name, place in servers:
        table[ZONE, "NS"].append(f"{ZONE}. 60 IN NS {name}.{ZONE}.")
        kind = "AAAA" if ":" in place else "A"
        table.setdefault((f"{name}.{ZONE}", kind), []).append(record(place, f"{name}.{ZONE}"))
    return table


class Place(NamedTuple):
    """Two addresses for authoritative servers, with one port."""

    first: str
    second: str
    port: int


@pytest.fixture
def place() -> Place:
    first, second = loopback(), loopback()
    return Place(first, second, free_port(first, second))


def asked(resolvers: Sequence[NameServer], port: int = 53, seconds: float = PATIENT, name: str = NAME) -> DnsView:
    return within(seconds, lambda deadline: survey(name, resolvers, deadline, authority_port=port))


@contextmanager
def authority(address: str, port: int, records: Mapping[tuple[str, str], Sequence[str]]) -> Iterator[Scripted]:
    with scripted(serving(records, flags=dns.flags.AA), address=address, port=port) as server:
        yield server


def kinds(replies: Sequence[Reply]) -> dict[str, list[ReplyKind]]:
    found: dict[str, list[ReplyKind]] = {}
    for reply in replies:
        found.setdefault(reply.server.name or reply.server.address, []).append(reply.kind)
    return found
