"""The endpoint as configured together with the answers: the input of live rules and the checklist of `verify`.

Pure: nothing is queried here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from parsers.records import cached_property
from rules.fleet.fleet import Fleet
from rules.live.endpoint import Endpoint, Part, Target
from rules.live.observations import (
    Certificate,
    Contact,
    DnsView,
    IPAddress,
    Observations,
    Probe,
    Reply,
    ReplyKind,
    Role,
)
from rules.plan.model import Phase

if TYPE_CHECKING:
    from parsers.facts.kubernetes import KubernetesFacts

LONGEST_TTL = 300  # seconds; a name about to be moved should not be cached longer by any resolver


class LiveView:
    """One run: the endpoint, the answers, the nodes' files, and those about the cluster."""

    def __init__(
        self,
        endpoint: Endpoint,
        observed: Observations,
        fleet: Fleet | None = None,
        kubernetes: KubernetesFacts | None = None,
    ) -> None:
        self.kubernetes = kubernetes
        self.endpoint = endpoint
        self.observed = observed
        self.fleet = fleet or Fleet([])

    @property
    def name(self) -> str:
        """The endpoint's DNS name, "" if it is not known."""
        return self.endpoint.name.value if self.endpoint.name else ""

    @property
    def dns(self) -> DnsView:
        """What the name servers and this machine answered; empty if they were not queried."""
        return self.observed.dns or DnsView()

    @cached_property
    def resolving(self) -> tuple[Reply, ...]:
        """The replies with addresses of the endpoint's name, authoritative servers first."""
        both = (*self.dns.of(Role.AUTHORITY), *self.dns.of(Role.RESOLVER))
        return tuple(reply for reply in both if reply.kind is ReplyKind.ANSWER and reply.records)

    @cached_property
    def addresses(self) -> tuple[IPAddress, ...]:
        """Every address that any server returned for the name, in order of value."""
        found = {address for reply in self.resolving for address in reply.addresses}
        return tuple(sorted(found, key=lambda a: (a.version, int(a))))

    @cached_property
    def here(self) -> tuple[str, ...]:
        """The names of the endpoint's machines that this one is: load balancers, then control-plane nodes."""
        machines = (*self._balancers, *self.endpoint.control_plane)
        return tuple(dict.fromkeys(m.name for m in machines if m.address in self.observed.vantage.local))

    @property
    def _balancers(self) -> tuple[Target, ...]:
        return (*self.endpoint.load_balancers, *self.endpoint.not_queried)

    @property
    def on_load_balancer(self) -> bool:
        """Whether the queries came from a load balancer: what it can't reach, haproxy can't either."""
        own = (*self._balancers, *self.endpoint.vips)
        return any(target.address in self.observed.vantage.local for target in own)

    def target(self, address: IPAddress) -> Target | None:
        """The part of the endpoint that has this address; a VIP before a load balancer before a node."""
        return next((target for target in self.endpoint.targets if target.address == address), None)

    def role_of(self, address: IPAddress) -> str:
        """Whose address this is, in words: "the VIP", "the initial master", "k8s-master2", "lb1", or ""."""
        target = self.target(address)
        if target is None:
            return ""
        if target.part is Part.VIP:
            return "the VIP"
        return "the initial master" if self.is_initial_master(address) else target.name

    def is_vip(self, address: IPAddress) -> bool:
        """Whether the address is a VIP of the endpoint."""
        return any(vip.address == address for vip in self.endpoint.vips)

    def is_initial_master(self, address: IPAddress) -> bool:
        """Whether the address is the initial master's; if that is not known, any control-plane node's."""
        master = self.endpoint.initial_master
        nodes = (master,) if master is not None else self.endpoint.control_plane
        return any(node.address == address for node in nodes)

    @cached_property
    def found_phase(self) -> Phase | None:
        """The phase that the answers show: where the first server with addresses points; None for elsewhere."""
        for reply in self.resolving:
            if any(self.is_vip(address) for address in reply.addresses):
                return Phase.CUTOVER
            if any(self.is_initial_master(address) for address in reply.addresses):
                return Phase.BOOTSTRAP
        return None

    @property
    def phase(self) -> Phase | None:
        """The phase that was set, or else the one that the answers show."""
        return self.endpoint.phase.value if self.endpoint.phase else self.found_phase

    def expected(self, phase: Phase | None = None) -> tuple[Target, ...]:
        """Where the name must point in a phase (default: the run's): the VIPs, or the initial master.

        Empty if that is not known. In the bootstrap phase without a known initial master any control-plane node will
        do, so all of them are returned.
        """
        phase = phase or self.phase
        if phase is Phase.CUTOVER:
            return self.endpoint.vips
        if phase is Phase.BOOTSTRAP:
            master = self.endpoint.initial_master
            return (master,) if master is not None else self.endpoint.control_plane
        return ()

    def points_to(self, reply: Reply, targets: Iterable[Target]) -> bool:
        """Whether a reply has addresses and all of them are among these targets'."""
        wanted = {target.address for target in targets}
        return bool(reply.records) and all(address in wanted for address in reply.addresses)

    def probe(self, target: Target) -> Probe | None:
        """What answered at a target; None if it was not queried."""
        return self.observed.probe(target.address, target.port)

    def serves_name(self, target: Target) -> bool:
        """Whether a live API server answers there with a certificate for the endpoint's name, and a valid chain if that
        was verified.
        """
        probe = self.probe(target)
        return (
            probe is not None
            and probe.alive
            and probe.certificate is not None
            and probe.certificate.covers_name(self.name)
            and not probe.verified
        )

    @property
    def vip_ready(self) -> bool:
        """Whether every VIP is known to serve the API under the endpoint's name: then the name may be moved."""
        return bool(self.endpoint.vips) and all(self.serves_name(vip) for vip in self.endpoint.vips)

    @cached_property
    def node_certificates(self) -> tuple[Certificate, ...]:
        """The certificates that the control-plane nodes themselves present."""
        probes = map(self.probe, self.endpoint.control_plane)
        return tuple(probe.certificate for probe in probes if probe is not None and probe.certificate is not None)

    def of_another_ca(self, certificate: Certificate) -> bool:
        """Whether a certificate is certainly from a different CA than all control-plane nodes' certificates.

        False if no node presents one.
        """
        others = self.node_certificates
        return bool(others) and all(_another_ca(certificate, other) for other in others)

    def taken(self, vip: Target) -> bool:
        """Whether what answers on a VIP is certainly not this cluster: another machine has the address.

        A refused connection proves nothing: the cluster's own pair with haproxy stopped refuses too, and a firewall
        may.
        """
        probe = self.probe(vip)
        if probe is None or not probe.accepts or probe.local or vip.address in self.observed.vantage.local:
            return False
        asked = [other for other in map(self.probe, self.endpoint.load_balancers) if other is not None]
        if any(other.accepts for other in asked):
            return False
        if probe.certificate is not None:
            return self._is_foreign(probe.certificate)
        # Without load balancers that were queried themselves it may be theirs: haproxy that listens on the VIP only.
        nodes = [other.contact for other in map(self.probe, self.endpoint.control_plane) if other is not None]
        if not asked or probe.contact in nodes:
            return False
        # haproxy without a healthy server closes or hangs; before the cutover it has no reason to run on the VIP only.
        unclear = (Contact.CLOSED, Contact.RESET, Contact.SILENT, Contact.TLS_ERROR)
        return probe.contact is Contact.PLAIN or (probe.contact in unclear and self.phase is Phase.BOOTSTRAP)

    def _is_foreign(self, certificate: Certificate) -> bool:
        """Whether a certificate is neither for the endpoint's name nor from the cluster's CA."""
        if certificate.covers_name(self.name):
            return False
        if self.node_certificates:
            return self.of_another_ca(certificate)
        nodes = [self.probe(node) for node in self.endpoint.control_plane]
        not_initialised = bool(nodes) and all(node is not None and node.contact is Contact.REFUSED for node in nodes)
        return not_initialised and self.phase is not Phase.CUTOVER


def _another_ca(one: Certificate, other: Certificate) -> bool:
    """Whether two certificates certainly have different CAs: by their keys' identifiers, or else by the CAs' names."""
    if one.fingerprint == other.fingerprint:
        return False
    if one.issuer_key and other.issuer_key:
        return one.issuer_key != other.issuer_key
    return one.issuer != other.issuer
