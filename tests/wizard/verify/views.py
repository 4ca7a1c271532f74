"""Small builders of what the network answered, around one plan."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from ipaddress import ip_address

from rules.fleet.fleet import Fleet
from rules.live.endpoint import Endpoint, endpoint_of
from rules.live.observations import (
    AddressRecord,
    Certificate,
    Contact,
    DnsView,
    HostsEntry,
    NameServer,
    Observations,
    Probe,
    Reply,
    ReplyKind,
    Role,
    SystemView,
    Vantage,
)
from rules.live.views.view import LiveView
from rules.plan import parse_cluster
from wizard.verify.checklist import Checklist, CheckStep

NAME = "kube-control.example.com"
VIP, VIP6 = "192.168.2.140", "fd00:2::140"
LB1, LB2 = "192.168.2.141", "192.168.2.142"
MASTER, SECOND, THIRD = "192.168.2.151", "192.168.2.152", "192.168.2.153"
NODES = (MASTER, SECOND, THIRD)
ELSEWHERE = "203.0.113.9"

NS1 = NameServer("192.0.2.1", role=Role.AUTHORITY, name="ns1.example.com")
NS2 = NameServer("192.0.2.2", role=Role.AUTHORITY, name="ns2.example.com")
R1, R2 = NameServer("10.0.0.53"), NameServer("10.0.1.53")

PLAN = f"""\
[cluster]
endpoint = "{NAME}"
phase = "bootstrap"

[[control_plane]]
name = "k8s-master1"
address = "{MASTER}"

[[control_plane]]
name = "k8s-master2"
address = "{SECOND}"

[[control_plane]]
name = "k8s-master3"
address = "{THIRD}"

[vip]
address = "{VIP}/24"

[[lb]]
name = "haproxy-lb1"
address = "{LB1}"

[[lb]]
name = "haproxy-lb2"
address = "{LB2}"
"""
CUTOVER = PLAN.replace('"bootstrap"', '"cutover"')
DUAL = CUTOVER.replace(f'address = "{VIP}/24"', f'address = "{VIP}/24"\naddress6 = "{VIP6}/64"').replace(
    f'address = "{LB1}"', f'address = "{LB1}"\naddress6 = "fd00:2::141"'
).replace(f'address = "{LB2}"', f'address = "{LB2}"\naddress6 = "fd00:2::142"')  # fmt: skip


@cache
def endpoint(plan: str = PLAN) -> Endpoint:
    """The endpoint of a halb.toml's text."""
    return endpoint_of(parse_cluster(plan, "halb.toml"), Fleet([]))


def certificate(*names: str, addresses: Iterable[str] = (VIP,), key: str = "aa", mark: str = "01") -> Certificate:
    """A certificate for these names (default: the endpoint's)."""
    return Certificate(
        names or (NAME, "kubernetes"),
        tuple(ip_address(a) for a in addresses),
        issuer_key=key,
        fingerprint=mark,
        not_after=2e9,
    )


def alive(address: str, shown: Certificate | None = None, *, status: int = 200) -> Probe:
    """An API server that answers."""
    return Probe(ip_address(address), 6443, Contact.HTTP, status, shown or certificate())


def dead(address: str, contact: Contact = Contact.REFUSED) -> Probe:
    """Nobody, or something else."""
    return Probe(ip_address(address), 6443, contact)


def reply(
    server: NameServer,
    *addresses: str,
    ttl: int = 60,
    kind: ReplyKind | None = None,
    question: str = "A",
    negative_ttl: int | None = None,
    authoritative: bool | None = None,
    bogus: bool = False,
) -> Reply:
    """One reply; without addresses and kind NODATA."""
    return Reply(
        server,
        question,
        kind or (ReplyKind.ANSWER if addresses else ReplyKind.NODATA),
        tuple(AddressRecord(ip_address(address), ttl) for address in addresses),
        negative_ttl=negative_ttl,
        authoritative=server.role is Role.AUTHORITY if authoritative is None else authoritative,
        bogus=bogus,
    )


def both(server: NameServer, *addresses: str, ttl: int = 60) -> tuple[Reply, Reply]:
    """A server's replies to A and AAAA; there is no AAAA record."""
    return reply(server, *addresses, ttl=ttl), reply(server, question="AAAA", negative_ttl=60)


def hosts(*lines: tuple[str, int]) -> tuple[HostsEntry, ...]:
    """Lines of the hosts file: address and line number."""
    return tuple(HostsEntry(ip_address(address), line, 0, 0) for address, line in lines)


def view(
    plan: str = PLAN,
    *,
    replies: Iterable[Reply] = (),
    probes: Iterable[Probe] = (),
    system: SystemView | None = None,
    local: Iterable[str] = (),
    notes: tuple[str, ...] = (),
) -> LiveView:
    """Everything that was answered, around a plan."""
    dns = DnsView(tuple(replies), system, "example.com", notes=notes)
    vantage = Vantage("workstation", frozenset(ip_address(address) for address in local))
    return LiveView(endpoint(plan), Observations(1.79e9, 3.0, vantage, dns, tuple(probes)))


def points_to(address: str, *, ttl: int = 60) -> tuple[Reply, ...]:
    """All name servers lead there."""
    return tuple(reply for server in (NS1, NS2, R1, R2) for reply in both(server, address, ttl=ttl))


def gives(*addresses: str) -> SystemView:
    """This machine's own resolution."""
    return SystemView(tuple(ip_address(address) for address in addresses), order=("files", "dns"))


def serving(*addresses: str) -> tuple[Probe, ...]:
    """API servers with the right certificate."""
    return tuple(alive(address) for address in addresses)


def ready() -> tuple[Probe, ...]:
    """Everything serves."""
    return serving(*NODES, LB1, LB2, VIP)


def step(checklist: Checklist, key: str) -> CheckStep:
    """The step with this key."""
    return next(step for step in checklist.steps if step.key == key)
