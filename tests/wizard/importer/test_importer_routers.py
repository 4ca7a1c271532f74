"""Which machines and addresses of existing files are the endpoint's, and when that has to be asked."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest

from rules.plan.complete import missing, plan_from
from rules.plan.model import KeyPath, Phase
from tests.wizard.importer.pairs import HAPROXY, keepalived, left, pair
from wizard.importer import LeftoverKind, import_files
from wizard.plan.plan import PlanError


def test_servers_that_are_the_load_balancers_make_a_stacked_layout() -> None:
    stacked = HAPROXY.replace("10.0.0.2", "10.0.0.1")
    found = import_files(pair(stacked.replace("*:6443", "*:8443")))
    assert (found.draft.layout, found.draft.port) == ("stacked", 8443)
    partly = import_files(pair(HAPROXY.replace("10.0.0.21", "10.0.0.11")))
    assert partly.draft.layout is None
    assert any("10.0.0.11" in note and "no such layout" in note for note in partly.notes)


def test_a_frontend_on_the_vip_alone_is_bind_vip() -> None:
    found = import_files(pair(HAPROXY.replace("*:6443", "10.0.0.10:6443")))
    assert found.draft.haproxy.bind == "vip"
    mixed = import_files(pair(HAPROXY.replace("*:6443", "10.0.0.10:6443,127.0.0.1:6443")))
    assert mixed.draft.haproxy.bind is None
    assert (13, LeftoverKind.LOST, "127.0.0.1:6443") in left(mixed, "lb1/haproxy.cfg")


def test_addresses_are_taken_from_the_peers_of_the_others() -> None:
    found = import_files(pair(unicast_src_ip=""))
    assert [str(lb.address) for lb in found.draft.load_balancers] == ["10.0.0.11", "10.0.0.12"]


def test_a_peer_without_files_is_a_load_balancer_without_a_name() -> None:
    files = {
        "lb1/keepalived.conf": keepalived(11, 12, 13, priority=110),
        "lb2/keepalived.conf": keepalived(12, 11, 13),
    }
    found = import_files(files)
    assert [(lb.name, str(lb.address)) for lb in found.draft.load_balancers][-1] == (None, "10.0.0.13")
    assert any(note.startswith("10.0.0.13 is a peer without files") for note in found.notes)
    assert KeyPath("lb", 2, "name") in missing(found.draft.values)
    with pytest.raises(PlanError, match=r"^there is no \[\[control_plane\]\] table"):
        plan_from(
            {
                **found.draft.values,
                KeyPath("cluster", 0, "endpoint"): "kube.example.com",
                KeyPath("cluster", 0, "phase"): Phase.CUTOVER,
            }
        )


def test_a_vip_without_prefix_length_gets_that_of_its_neighbours_and_a_note() -> None:
    found = import_files(pair(virtual_ipaddress="virtual_ipaddress {\n10.0.0.10\n}"))
    assert found.draft.vip == ip_interface("10.0.0.10/24")
    assert any("10.0.0.10 has the prefix length /32" in note for note in found.notes)


def test_an_address_that_all_nodes_say_is_their_own_is_nobody_s() -> None:
    copies = {path: keepalived(11, 12, 13) if path.endswith(".conf") else text for path, text in pair().items()}
    found = import_files(copies | {"lb3/keepalived.conf": keepalived(11, 12, 13), "lb3/haproxy.cfg": HAPROXY})
    assert [lb.address for lb in found.draft.load_balancers] == [None, None, None]
    assert "lb1, lb2 and lb3 all say that 10.0.0.11 is their own address: write what each really has" in found.notes


def _two_routers(haproxy: str) -> dict[str, str]:
    second = "vrrp_instance WEB {\nvirtual_router_id 44\ninterface eth0\nvirtual_ipaddress {\n10.0.0.99/24\n}\n}\n"
    files = pair(haproxy)
    return {path: text + second if path.endswith(".conf") else text for path, text in files.items()}


def test_of_several_virtual_routers_the_one_that_the_api_listens_on_is_taken() -> None:
    found = import_files(_two_routers(HAPROXY.replace("*:6443", "10.0.0.10:6443")))
    assert (found.draft.vip, found.candidates) == (ip_interface("10.0.0.10/24"), ())
    assert (LeftoverKind.OTHER, "vrrp_instance WEB {") in [(item.kind, item.text) for item in found.leftovers]


def test_several_virtual_routers_that_nothing_tells_apart_are_asked_for() -> None:
    files = _two_routers(HAPROXY)
    found = import_files(files)
    assert (found.draft.vip, found.draft.vrrp.virtual_router_id) == (None, None)
    assert [(c.name, c.vips, c.nodes) for c in found.candidates] == [
        ("API", ("10.0.0.10",), ("lb1", "lb2")),
        ("WEB", ("10.0.0.99",), ("lb1", "lb2")),
    ]
    chosen = import_files(files, vip=ip_address("10.0.0.99"))
    assert (chosen.draft.vip, chosen.draft.vrrp.virtual_router_id) == (ip_interface("10.0.0.99/24"), 44)


def test_a_pair_that_serves_the_api_is_told_from_a_pair_that_does_not() -> None:
    web = "frontend web\n    bind *:80\n    default_backend site\nbackend site\n    server a 10.0.0.50:80\n"
    files = pair()
    for n in (1, 2):
        files[f"web{n}/haproxy.cfg"] = web
        files[f"web{n}/keepalived.conf"] = keepalived(60 + n, 63 - n + 60).replace("10.0.0.10/24", "10.0.0.70/24")
    found = import_files(files)
    assert found.draft.vip == ip_interface("10.0.0.10/24")
    assert [lb.name for lb in found.draft.load_balancers] == ["lb1", "lb2"]
    assert "web1, web2: of another virtual router, no load balancer of this endpoint" in found.notes


def test_two_clusters_in_one_import_are_not_mixed() -> None:
    files = {f"one/{path}": text for path, text in pair().items()}
    files |= {f"two/{path}": text.replace("10.0.0.", "10.7.0.") for path, text in pair().items()}
    found = import_files(files)
    assert [candidate.vips for candidate in found.candidates] == [("10.0.0.10",), ("10.7.0.10",)]
    assert (found.draft.load_balancers, found.draft.control_plane, found.conflicts) == ((), (), ())
    second = import_files(files, vip=ip_address("10.7.0.10"))
    assert [str(machine.address) for machine in second.draft.control_plane] == ["10.7.0.21", "10.7.0.22"]
    assert [(lb.name, str(lb.address)) for lb in second.draft.load_balancers] == [
        ("lb1", "10.7.0.11"),
        ("lb2", "10.7.0.12"),
    ]
