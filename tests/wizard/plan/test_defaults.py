"""The answers that a plan gets where nobody gave one."""

from __future__ import annotations

import subprocess
import sys
from ipaddress import ip_address, ip_interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.plan import defaults
from rules.plan.model import IPAddress
from rules.plan.types.values import auth_pass as check_password
from tests.programs import ROOT


@pytest.mark.parametrize(
    ("name", "vip", "number"),
    [
        ("kacang", "192.168.2.140/24", 174),
        ("kacang", "192.168.2.141/24", 172),
        ("other", "192.168.2.140/24", 153),
        ("kacang", "fd00:2::140/64", 85),
        ("größe 集群", "10.0.0.1/8", 76),
    ],
)
def test_a_virtual_router_id_never_changes_between_releases(name: str, vip: str, number: int) -> None:
    assert defaults.virtual_router_id(name, ip_interface(vip)) == number


def test_a_virtual_router_id_is_the_same_in_every_run_of_python() -> None:
    code = (
        "from ipaddress import ip_address; from rules.plan.defaults import virtual_router_id as number\n"
        "print([number(f'c{n}', ip_address(n + 1)) for n in range(50)])"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1")
    }
    assert shown == {f"{[defaults.virtual_router_id(f'c{n}', ip_address(n + 1)) for n in range(50)]}\n".encode()}


def test_virtual_router_ids_are_spread_over_all_but_the_common_ones() -> None:
    found = {defaults.virtual_router_id(f"c{n}", ip_address("10.0.0.1")) for n in range(5000)}
    assert found == set(range(2, 256)) - {51}


@given(st.text(), st.ip_addresses())
def test_any_name_has_a_virtual_router_id_that_the_prefix_does_not_change(name: str, vip: IPAddress) -> None:
    number = defaults.virtual_router_id(name, vip)
    assert number in range(2, 256)
    assert number != 51
    assert number == defaults.virtual_router_id(name, ip_interface(f"{vip}/{vip.max_prefixlen}"))
    assert number == defaults.virtual_router_id(name, ip_interface(f"{vip}/9"))


def test_a_new_password_is_one_that_keepalived_reads_whole() -> None:
    passwords = {defaults.auth_pass() for _ in range(100)}
    assert len(passwords) == 100
    for password in passwords:
        assert check_password(password) == password
        assert len(password) == 8
        assert password.isalnum()


def test_priorities_go_down_in_steps() -> None:
    assert defaults.priorities(0) == ()
    assert defaults.priorities(2) == (110, 100)
    assert defaults.priorities(6) == (110, 100, 90, 80, 70, 60)
    assert defaults.priority_after(None) == 110
    assert defaults.priority_after(110) == 100


def test_haproxy_beside_an_api_server_has_another_port_unless_it_binds_the_vip_alone() -> None:
    assert defaults.endpoint_port("dedicated", "any") == 6443
    assert defaults.endpoint_port("dedicated", "vip") == 6443
    assert defaults.endpoint_port("stacked", "any") == 8443
    assert defaults.endpoint_port("stacked", "vip") == 6443


def test_load_balancers_are_stacked_when_all_of_them_are_control_plane_nodes() -> None:
    a, b, c = map(ip_address, ("10.0.0.1", "10.0.0.2", "10.0.0.3"))
    assert defaults.layout([a, b], [c, b, a]) == "stacked"
    assert defaults.layout([a, b], [c, b]) == "dedicated"
    assert defaults.layout([a], [b]) == "dedicated"
    assert defaults.layout([], [b]) == "dedicated"


def test_the_process_is_not_watched_from_a_container() -> None:
    assert defaults.track("package") == "process"
    assert defaults.track("static-pod") == "script"
