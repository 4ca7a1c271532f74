"""What the rules say that keepalived does with a file, beside what it does."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.daemons import program
from tests.net.plugging import plugged
from tests.net.waiting import until
from tests.rules.keepalived.linting import findings
from wizard.rehearsal.lab.machine import Machine, end
from wizard.rehearsal.lab.network import Net

pytestmark = [pytest.mark.root, pytest.mark.daemon("keepalived"), pytest.mark.slow]

_OWNER = """\
{head}vrrp_instance API {{
    state MASTER
    interface eth0
    virtual_router_id 33
    priority 255
    {line}
    virtual_ipaddress {{
        {vip}
    }}
}}
"""


def owner(vip: str, line: str = "", head: str = "") -> str:
    """An instance that takes its VIP at once."""
    return _OWNER.format(vip=vip, line=line, head=head)


@contextmanager
def running(folder: Path, text: str, *addresses: str) -> Iterator[tuple[Machine, Path]]:
    """A machine where keepalived runs with this file, and its log."""
    config, log = folder / "keepalived.conf", folder / "log"
    config.write_text(text, encoding="utf-8")
    with Net() as net:
        machine = plugged(net, "lb", "eth0", *(addresses or ("192.0.2.11/24",)))
        command = [str(program("keepalived")), "-n", "-l", "-D", "-d", "-P", "-f", str(config)]
        process = machine.start(*command, "-p", str(folder / "pid"), "-r", str(folder / "vrrp"), log=log)
        try:
            until(lambda: "Entering MASTER" in said(log), lambda: said(log))
            yield machine, log
        finally:
            end(process)


def said(log: Path) -> str:
    return log.read_text(errors="replace")


def holds(machine: Machine, address: str) -> bool:
    return f" {address}/" in machine.ip("address", "show")


@pytest.mark.parametrize(("vip", "second"), [("192.0.2.10/24", True), ("192.0.2.10/32", False)])
def test_a_vmac_takes_the_route_with_the_prefix_of_the_subnet(tmp_path: Path, vip: str, second: bool) -> None:
    text = owner(vip, "use_vmac")
    with running(tmp_path, text) as (machine, log):
        until(lambda: holds(machine, "192.0.2.10"), lambda: said(log))
        routes = machine.ip("route", "show", "192.0.2.0/24")
    assert ("dev vrrp.33" in routes) == second
    assert bool(findings(text, "KA062")) == second


@pytest.mark.parametrize(("label", "kept"), [("eth0:api", True), ("eth0:kubernetes-1", False)])
def test_a_long_label_loses_the_address(tmp_path: Path, label: str, kept: bool) -> None:
    text = owner(f"192.0.2.10/24 label {label}")
    with running(tmp_path, text) as (machine, log):
        if kept:
            until(lambda: holds(machine, "192.0.2.10"), lambda: said(log))
        time.sleep(0.3)
        assert holds(machine, "192.0.2.10") == kept
    assert bool(findings(text, "KA022")) != kept


@pytest.mark.parametrize(("line", "sent"), [("vrrp_min_garp", 1), ("router_id lb", 5)])
def test_how_often_the_vip_is_announced_at_once(tmp_path: Path, line: str, sent: int) -> None:
    text = owner("192.0.2.10/24", head=f"global_defs {{\n    {line}\n}}\n")
    with running(tmp_path, text) as (machine, log):
        until(lambda: holds(machine, "192.0.2.10"), lambda: said(log))
        time.sleep(0.3)
    assert said(log).count("Sending gratuitous ARP on eth0 for 192.0.2.10") == sent
    assert bool(findings(text, "KA018")) == (sent == 1)


def test_what_is_left_of_a_password(tmp_path: Path) -> None:
    """Each is written as the password of an instance of its own."""
    passwords = {"k8#Vrrp": "k8", "k8vrrp!": "k8vrrp", r"k8\#Vrrp": "k8", "'k8#Vrrp'": "'k8", '"k8#Vrrp"': "k8#Vrrp"}
    whole = ""
    for number, (written, used) in enumerate(passwords.items(), 1):
        one = f"authentication {{\n        auth_type PASS\n        auth_pass {written}\n    }}"
        text = owner(f"192.0.2.{number}0/24", one).replace("API", f"API{number}").replace(" 33", f" {number}")
        whole += text
        found = findings(text, "KA039")
        assert bool(found) == (not written.startswith('"'))
        assert all(f"only the {len(used)} characters" in finding.message for finding in found)
    with running(tmp_path, whole) as (_, log):
        pass
    assert re.findall(r"  Password = (\S+)", said(log)) == list(passwords.values())


def test_of_two_scripts_with_one_name_the_first_is_run(tmp_path: Path) -> None:
    scripts = 'vrrp_script alive {\n    script "/bin/true"\n}\nvrrp_script alive {\n    script "/bin/false"\n}\n'
    security = "global_defs {\n    enable_script_security\n    script_user root\n}\n"
    text = owner("192.0.2.10/24", "track_script {\n        alive\n    }", security + scripts)
    with running(tmp_path, text) as (_, log):
        pass
    assert "/bin/true'" in said(log)
    assert "/bin/false'" not in said(log)
    assert [finding.location.line for finding in findings(text, "KA059")] == [8]
