"""Which instances are compared with each other."""

from __future__ import annotations

import pytest

from parsers.facts.keepalived import keepalived_facts
from parsers.keepalived import parse_keepalived
from rules.engine.finding import NodeFiles
from rules.fleet.fleet import Fleet
from rules.fleet.node import Node


def instance(
    name: str = "VI_1", vip: str = "192.0.2.10", vrid: int = 51, interface: str = "eth0", src: str = "", peer: str = ""
) -> str:
    unicast = f"    unicast_src_ip {src}\n    unicast_peer {{\n        {peer}\n    }}\n" if src else ""
    return (
        f"vrrp_instance {name} {{\n    interface {interface}\n    virtual_router_id {vrid}\n{unicast}"
        f"    virtual_ipaddress {{\n        {vip}\n    }}\n}}\n"
    )


def groups(**nodes: str) -> list[list[str]]:
    fleet = Fleet(
        [
            Node(NodeFiles(name, (), (f"{name}.conf",)), None, keepalived_facts(parse_keepalived(text, f"{name}.conf")))
            for name, text in nodes.items()
        ]
    )
    return [[f"{m.node.name}/{m.instance.name.raw}" for m in group] for group in fleet.vrrp_groups]


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        pytest.param(
            {"a": instance("X", vrid=1, interface="eth0"), "b": instance("Y", vrid=2, interface="ens3")},
            [["a/X", "b/Y"]],
            id="a common address is enough",
        ),
        pytest.param(
            {"a": instance(vip="192.0.2.10"), "b": instance(vip="192.0.2.20")},
            [["a/VI_1", "b/VI_1"]],
            id="the same number, and near addresses",
        ),
        pytest.param(
            {"a": instance(vip="192.0.2.10"), "b": instance(vip="198.51.100.10")},
            [["a/VI_1", "b/VI_1"]],
            id="the same number, interface and name, by multicast: they hear each other",
        ),
        pytest.param(
            {"a": instance(vip="192.0.2.10"), "b": instance(vip="192.0.3.20", interface="eth1")},
            [],
            id="the same number and name, and addresses that differ in two parts: two clusters",
        ),
        pytest.param(
            {
                "a": instance(vip="192.0.2.10", src="192.0.2.1", peer="192.0.2.3"),
                "b": instance(vip="198.51.100.10", src="192.0.2.2", peer="192.0.2.4"),
            },
            [],
            id="the same number, interface and name, with other peers: two clusters",
        ),
        pytest.param(
            {
                name: instance(vip=f"{net}.10")
                for name, net in zip("abcd", ("192.0.2", "198.51.100", "203.0.113", "10.9.8"), strict=True)
            },
            [],
            id="many with the same number, interface and name: nobody puts four clusters on one network",
        ),
        pytest.param(
            {
                "a": instance(vip="192.0.2.10", vrid=1, src="192.0.2.1", peer="192.0.2.2"),
                "b": instance(vip="203.0.113.9", vrid=2, src="192.0.2.2", peer="192.0.2.1"),
            },
            [["a/VI_1", "b/VI_1"]],
            id="peers",
        ),
        pytest.param(
            {
                "a1": instance(vip="192.0.2.10"),
                "a2": instance(vip="192.0.2.10"),
                "b1": instance(vip="192.0.2.20"),
                "b2": instance(vip="192.0.2.20"),
            },
            [["a1/VI_1", "a2/VI_1"], ["b1/VI_1", "b2/VI_1"]],
            id="two clusters that took the same defaults",
        ),
        pytest.param(
            {
                "a": instance("P", "192.0.2.10", 1) + instance("Q", "192.0.2.20", 2),
                "b": instance("P", "192.0.2.10", 1) + instance("Q", "192.0.2.20", 2),
            },
            [["a/P", "b/P"], ["a/Q", "b/Q"]],
            id="two routers on two nodes",
        ),
        pytest.param(
            {
                "a": instance("P", "192.0.2.10", 1) + instance("Q", "192.0.2.20", 2),
                "b": instance("P", "192.0.2.10", 1) + instance("Q", "192.0.2.21", 2),
            },
            [["a/P", "b/P"], ["a/Q", "b/Q"]],
            id="two routers, one with a wrong address",
        ),
        pytest.param({"a": instance() + instance("VI_2", vrid=52)}, [], id="one node is no group"),
    ],
)
def test_groups(nodes: dict[str, str], expected: list[list[str]]) -> None:
    assert groups(**nodes) == expected
    assert sorted(sorted(g) for g in groups(**dict(reversed(nodes.items())))) == expected
