"""The cutover screen with answers that are written down here, in the place of a network's."""

from __future__ import annotations

import time
from collections.abc import Mapping
from ipaddress import ip_address

from rules.live import (
    AddressRecord,
    Certificate,
    Contact,
    DnsView,
    LiveView,
    NameServer,
    Observations,
    Probe,
    Reply,
    ReplyKind,
    Role,
    SystemView,
    Vantage,
)
from wizard.probes.phases import watched
from wizard.questions.answers import Answers
from wizard.tui.screens.cutover import CutoverScreen

NAME = "kube-control.kacangisnuts.com"
ZONE = "kacangisnuts.com"
INITIAL_MASTER, VIP = "192.168.2.151", "192.168.2.140"
SERVING = (INITIAL_MASTER, "192.168.2.152", "192.168.2.153", "192.168.2.141", "192.168.2.142", VIP)
AUTHORITIES = (
    NameServer("192.168.2.2", role=Role.AUTHORITY, name=f"ns1.{ZONE}"),
    NameServer("192.168.2.3", role=Role.AUTHORITY, name=f"ns2.{ZONE}"),
)
RESOLVERS = (NameServer("192.168.2.10"), NameServer("192.168.2.11"))
NOW = 1_790_000_000.0  # seconds since 1970


class AnsweredCutover(CutoverScreen):
    """The screen, offline, with a look that has been taken already; no second goes by."""

    def __init__(self, view: LiveView) -> None:
        super().__init__()
        self._answered = view

    def _tell(self, words: str, *, stuck: bool = False) -> None:
        """Show the look in the place of the words that nothing was asked."""
        self.view = self._answered
        self._paint()

    def _paint(self) -> None:
        self._seen_at = time.monotonic()
        super()._paint()


def everything_serves(answers: Answers, files: Mapping[str, str], *, record: str, remembered: str = "") -> LiveView:
    """Every API server and load balancer of the article's cluster answers.

    `record` is where the name leads; the last resolver and this machine may still have what they `remembered`.
    """
    remembered = remembered or record
    what = watched(answers, files)
    certificate = Certificate(
        (NAME, "kubernetes"), (ip_address(VIP),), issuer_key="ca", fingerprint="01", not_after=NOW + 300 * 86400
    )
    probes = tuple(Probe(ip_address(address), 6443, Contact.HTTP, 200, certificate) for address in SERVING)
    replies = [reply for server in AUTHORITIES for reply in _replies(server, record, 60)]
    for server, address in zip(RESOLVERS, (record, remembered), strict=True):
        replies += _replies(server, address, 42)
    system = SystemView((ip_address(remembered),), order=("files", "dns"))
    observed = Observations(
        NOW, 3.0, Vantage("workstation", frozenset()), DnsView(tuple(replies), system, ZONE), probes
    )
    return LiveView(what.endpoint, observed, what.fleet)


def _replies(server: NameServer, address: str, ttl: int) -> tuple[Reply, Reply]:
    """The record of the name at one server; there is no AAAA record."""
    authority = server.role is Role.AUTHORITY
    record = AddressRecord(ip_address(address), ttl)
    return (
        Reply(server, "A", ReplyKind.ANSWER, (record,), authoritative=authority),
        Reply(server, "AAAA", ReplyKind.NODATA, (), negative_ttl=60, authoritative=authority),
    )
