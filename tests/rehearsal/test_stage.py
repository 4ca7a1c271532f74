"""What is read from the files: machines, addresses, doors, and why something can't be played."""

from __future__ import annotations

import pytest

from rules import Run, options_for
from tests.rehearsal.recorded import Pair
from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.staging.stage import described, stage_of


def test_a_pair() -> None:
    stage = Pair().stage
    assert described(stage) == "2 load balancers, 2 servers, clients at 192.0.2.10:6443"
    assert [(node.name, str(node.wires[0].addresses[0])) for node in stage.nodes] == [
        ("lb1", "192.0.2.11/24"),
        ("lb2", "192.0.2.12/24"),
    ]
    assert {node.wires[0].interface for node in stage.nodes} == {"ens160"}
    assert not stage.tracked
    assert stage.nodes[0].announces == 5
    assert stage.doors[0].tls
    assert stage.notes == ()


def test_an_address_that_no_file_names_is_given() -> None:
    multicast = Pair(
        ("    unicast_src_ip 192.0.2.11\n    unicast_peer {\n        192.0.2.12\n    }\n", ""),
        ("    unicast_src_ip 192.0.2.12\n    unicast_peer {\n        192.0.2.11\n    }\n", ""),
    )
    addresses = {str(address) for node in multicast.stage.nodes for address in node.addresses}
    assert len(addresses) == 2
    assert not addresses & {"192.0.2.10", "192.0.2.21", "192.0.2.22", "192.0.2.254"}
    assert any("no file says which address it has" in note for note in multicast.stage.notes)


def test_a_vip_without_a_length_is_in_a_usual_network() -> None:
    stage = Pair(("192.0.2.10/24", "192.0.2.10")).stage
    assert str(stage.segments[0][0]) == "192.0.2.10/24"
    assert "VIP 192.0.2.10 has no prefix length: its network is taken to be a /24" in stage.notes


def test_servers_on_load_balancers_and_loopback() -> None:
    stage = Pair(("192.0.2.21:6443", "192.0.2.11:6444"), ("192.0.2.22:6443", "127.0.0.1:6444")).stage
    assert [(server.name, server.on) for server in stage.servers] == [
        ("master1", "lb1"), ("master2", "lb1"), ("master2", "lb2"),
    ]  # fmt: skip


def test_how_soon_haproxy_gives_a_server_up() -> None:
    server = Pair().stage.servers[0]
    assert server.given_up is not None
    # inter 1s, fall 2, and 2 s for each answer
    assert server.given_up.high == pytest.approx(1 + 2.2 + 1 + 2.2)
    assert Pair((" check check-ssl verify none inter 1s fall 2 rise 2", "")).stage.servers[0].given_up is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("192.0.2.21:6443", "master1.example.com:6443", "'server master1 master1.example.com:6443' has no address"),
        ("192.0.2.10/24", "198.51.100.10/24", "lb1: its address 192.0.2.11 is not in the network of VIP 198.51.100.10"),
        ("bind *:6443", "bind 192.0.2.77:6443", "no haproxy.cfg has a frontend that listens on a VIP"),
        ("        192.0.2.10/24\n", "", "no keepalived.conf has a VIP that can be used"),
        ("    server master1 192.0.2.21:6443\n    server master2 192.0.2.22:6443\n", "", "no haproxy.cfg has a server"),
        ("192.0.2.10/24", "${VIP}", "192.0.2|VIP"),
    ],
)
def test_what_can_t_be_played_is_said_plainly(old: str, new: str, said: str) -> None:
    with pytest.raises(RehearsalError, match=said):
        _ = Pair((old, new)).stage


def test_one_load_balancer_and_a_missing_file() -> None:
    texts = {"lb1/keepalived.conf": "vrrp_instance a {\n}\n", "lb1/haproxy.cfg": "global\n"}
    with pytest.raises(RehearsalError, match="only one load balancer, lb1"):
        stage_of(Run(texts, options_for(None)), None)
    with pytest.raises(RehearsalError, match=r"lb1: there is no haproxy\.cfg among its files"):
        stage_of(Run({"lb1/keepalived.conf": "vrrp_instance a {\n}\n"}, options_for(None)), None)
    with pytest.raises(RehearsalError, match=r"there is no haproxy\.cfg or keepalived\.conf to rehearse"):
        stage_of(Run({}, options_for(None)), None)


def test_more_load_balancers_than_a_machine_can_play() -> None:
    texts = {f"lb{number}/keepalived.conf": "vrrp_instance a {\n}\n" for number in range(20)}
    with pytest.raises(RehearsalError, match="20 load balancers; a rehearsal plays at most 8"):
        stage_of(Run(texts, options_for(None)), None)
