"""What is said to drop VRRP does drop it, and what lets it in is left alone: nftables and iptables beside the
verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from rules.live.machine.observed import Rulesets
from rules.live.machine.rulesets import rulesets
from rules.live.views.filter_terms import Packet
from rules.live.views.firewall import dropped
from tests.live.machine.messages import V2, checksummed
from tests.live.machine.pair import instance
from tests.live.machine.wire import NIC, OWN, PEER, arrives, found, seen_by, tell, wired
from tests.tables import each
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("nft", "iptables"),
    pytest.mark.slow,
    pytest.mark.xdist_group("host-firewall"),
]

GROUP = "224.0.0.18"
_FENCE = "udp dport 9999 accept"


def chain(rules: str, policy: str = "drop", more: str = "") -> str:
    """A table of nftables whose input chain has these rules, a line each."""
    head = f"type filter hook input priority 0; policy {policy};"
    return f"table inet filter {{\n{more}\nchain input {{\n{head}\n{_FENCE}\n{rules}\n}}\n}}\n"


_DROPPED, _LET_IN = True, False
NFTABLES = {
    "only the ports of clients": (
        chain("ct state established,related accept\ntcp dport { 22, 6443 } accept"),
        _DROPPED,
    ),
    "the protocol by name": (chain("ip protocol vrrp accept"), _LET_IN),
    "the protocol by number, in a set": (chain("meta l4proto { 1, 112 } accept"), _LET_IN),
    "another protocol": (chain("meta l4proto { icmp, ipv6-icmp } accept"), _DROPPED),
    "from the peers, in a named set": (
        chain("ip saddr @peers ip protocol 112 accept", more="set peers { type ipv4_addr; elements = { 192.0.2.12 } }"),
        _LET_IN,
    ),
    "from others": (chain("ip saddr 192.0.2.64/26 accept\nip saddr { 192.0.2.13-192.0.2.20 } accept"), _DROPPED),
    "from the network": (chain("ip saddr 192.0.2.0/24 accept"), _LET_IN),
    "on another interface": (chain('iifname "ens192" accept\niifname "eth*" accept'), _DROPPED),
    "on this interface": (chain('iifname "ens*" accept'), _LET_IN),
    "a chain that returns, and then a reject": (
        chain("jump other\nreject with icmpx type admin-prohibited", "accept", "chain other {\ntcp dport 1 accept\n}"),
        _DROPPED,
    ),
    "a chain that accepts": (chain("jump other", more="chain other {\nmeta l4proto 112 accept\n}"), _LET_IN),
    "a map of verdicts": (chain("meta l4proto vmap { 1 : accept, 112 : drop }", "accept"), _DROPPED),
    "a map that lets it in": (chain("meta l4proto vmap { 1 : drop, 112 : accept }"), _LET_IN),
    "everything but": (chain("meta l4proto != 112 accept"), _DROPPED),
    "dropped before": (
        "table ip raw {\nchain pre {\ntype filter hook prerouting priority -300;\nip protocol 112 drop\n}\n}\n",
        _DROPPED,
    ),
    "IPv6 alone": ("table ip6 f {\nchain i {\ntype filter hook input priority 0; policy drop;\n}\n}\n", _LET_IN),
    "a limit, which may let it in": (chain("meta l4proto 112 limit rate 10/second accept"), _LET_IN),
    "counted and logged on its way": (chain("counter log meta l4proto 112 counter drop", "accept"), _DROPPED),
}
_ESTABLISHED = "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
IPTABLES = {
    "only the ports of clients": (
        [_ESTABLISHED, "-A INPUT -p tcp -m tcp --dport 6443 -j ACCEPT", "-P INPUT DROP"],
        _DROPPED,
    ),
    "from a peer": (["-A INPUT -p vrrp -s 192.0.2.12 -j ACCEPT", "-P INPUT DROP"], _LET_IN),
    "from another": (["-A INPUT -p 112 -s 192.0.2.13 -j ACCEPT", "-A INPUT -j REJECT"], _DROPPED),
    "all but a network": (["-A INPUT ! -s 192.0.2.0/24 -j ACCEPT", "-P INPUT DROP"], _DROPPED),
    "in a chain of its own": (["-N VRRP", "-A INPUT -p vrrp -j VRRP", "-A VRRP -j ACCEPT", "-P INPUT DROP"], _LET_IN),
    "a mark, which may be there": (["-A INPUT -m mark ! --mark 0x1 -j ACCEPT", "-P INPUT DROP"], _LET_IN),
    "on this interface": (["-A INPUT -i ens+ -j ACCEPT", "-P INPUT DROP"], _LET_IN),
    "on another one": (["-A INPUT ! -i ens160 -j ACCEPT", "-P INPUT DROP"], _DROPPED),
}


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Machine, Machine]]:
    with Net() as net:
        own, peer = wired(net, "lb1", "lb2")
        yield own, peer


def packet(target: str) -> Packet:
    return Packet(NIC, ip_address(PEER), ip_address(target))


def check(own: Machine, peer: Machine, expected: bool, verdicts: list[Rulesets]) -> None:
    for target in (OWN, GROUP):
        # What connection tracking remembers of the last row would let it in.
        came = arrives(peer, own, checksummed(V2), target)
        assert came is not expected, f"to {target} it {'arrives' if came else 'does not arrive'}"
        for rules in verdicts:
            assert bool(dropped(rules, packet(target))) is expected, target


def test_nftables(pair: tuple[Machine, Machine]) -> None:
    own, peer = pair

    def row(example: tuple[str, bool]) -> None:
        text, expected = example
        tell(own, "nft", "-f", "-", text=f"flush ruleset\n{text}")
        with own.inside():
            check(own, peer, expected, [rulesets()])

    each(NFTABLES.items(), row)


def test_iptables_as_nft_shows_it_and_as_it_saves_itself(pair: tuple[Machine, Machine]) -> None:
    own, peer = pair

    def row(example: tuple[list[str], bool]) -> None:
        commands, expected = example
        tell(own, "nft", "-f", "-", text="flush ruleset\n")
        for command in ["-A INPUT -p udp --dport 9999 -j ACCEPT", *commands]:
            assert own.run("iptables", *command.split()).status == 0
        saved = own.run("iptables-save").stdout
        with own.inside():
            check(own, peer, expected, [rulesets(), Rulesets((), {4: saved})])

    each(IPTABLES.items(), row)


def test_the_linter_names_the_chain_and_what_to_type(pair: tuple[Machine, Machine]) -> None:
    own, _ = pair
    files = {"lb1/keepalived.conf": instance(OWN, PEER, priority=110), "lb2/keepalived.conf": instance(PEER, OWN)}
    tell(own, "nft", "-f", "-", text=f"flush ruleset\n{chain('ct state established accept')}")
    (finding,) = (one for one in seen_by(own, files, 0.1).findings if one.code.startswith("HO"))
    assert finding.code == "HO004"
    assert f"(chain 'inet filter input') drops VRRP adverts from {PEER}" in finding.message
    typed = finding.help.split("'")[1].split()
    assert own.run(*typed).status == 0
    assert found(seen_by(own, files, 0.1)) == {}
