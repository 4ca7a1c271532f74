"""`halb-lint --host` on machines with real interfaces, daemons and neighbours: what it says is what is there."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from rules.live.machine.interfaces import interfaces
from rules.live.machine.listening import arp_answers, heard_adverts
from tests.daemons import program
from tests.live.machine.pair import Lab, held, instance, kill_all, run_keepalived, wait_for
from tests.live.machine.wire import NIC, OTHER, OWN, PEER, VIP, found, lint_on, seen_by, wired
from tests.net.waiting import until
from tests.programs import environment
from wizard.rehearsal.lab.machine import Machine, end
from wizard.rehearsal.lab.network import Net

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived"),
    pytest.mark.slow,
    pytest.mark.xdist_group("host"),
]

HAPROXY = """defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h

frontend api
    bind {bind}
    default_backend masters

backend masters
    server cp1 192.0.2.21:6443 check
"""


# -- what is on the wire


def test_adverts_of_real_daemons_are_heard_in_both_versions_and_families() -> None:
    with Net() as net:
        own, peer, other = wired(net, "lb1", "lb2", "other")
        run_keepalived(peer, instance(PEER, OWN, priority=255))
        foreign = instance("", "", priority=255, vrid=60, vip="192.0.2.200/24", more="version 3\nadvert_int 0.2\n")
        run_keepalived(other, foreign + instance("", "", priority=255, vrid=61, vip="fe80::99"))
        wait_for(peer, VIP)
        wait_for(other, "192.0.2.200", "fe80::99")
        with own.inside():
            heard = heard_adverts(interfaces(), 2.5)
        seen = [(one.vrid, one.version, one.priority, tuple(map(str, one.addresses))) for one in heard]
        assert seen == [
            (33, 2, 255, (VIP,)),
            (60, 3, 255, ("192.0.2.200",)),
            (61, 3, 255, ("fe80::99",)),
        ]
        assert [str(one.source) for one in heard[:2]] == [PEER, OTHER]
        assert heard[2].source.is_link_local
        assert {one.interface for one in heard} == {NIC}


def test_every_machine_that_has_an_address_answers_by_arp() -> None:
    with Net() as net:
        own, peer, other = wired(net, "lb1", "lb2", "other")
        with own.inside():
            (nic,) = (one for one in interfaces() if one.name == NIC)
            wanted = [(IPv4Address(VIP), nic)]
            assert arp_answers(wanted, 0.2) == ()
            peer.add_address(NIC, f"{VIP}/24")
            (one,) = arp_answers(wanted, 0.4)
            assert one.hardware in peer.ip("link", "show", NIC)
            other.add_address(NIC, f"{VIP}/24")
            assert len(arp_answers(wanted, 0.4)) == 2
            own.add_address(NIC, f"{VIP}/24")
            assert len(arp_answers(wanted, 0.4)) == 2  # its own is not asked for


# -- what the linter says


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Net() as net:
        yield Lab(net)


def pair(**options: str) -> tuple[str, str]:
    more = options.get("more", "")
    return instance(OWN, PEER, priority=110, more=more), instance(PEER, OWN, more=more)


def test_a_machine_that_is_as_it_should_be_gets_no_finding(lab: Lab) -> None:
    lab.write(*pair(), HAPROXY.format(bind="*:6443"))
    report = seen_by(lab.own, lab.files)
    assert found(report) == {}
    own = {one.code: one.reason for one in report.skipped if one.code.startswith("HO") and "--live" not in one.reason}
    # A virtual machine may hide its firmware, and a container has no systemd.
    assert set(own) <= {"HO005", "HO012"}, own


def test_interface_address_port_and_sysctl(lab: Lab) -> None:
    own, peer = pair()
    lab.write(own.replace(NIC, "eth0"), peer, HAPROXY.format(bind=f"{VIP}:6443"))
    with lab.own.inside():
        taken = socket.create_server((OWN, 6443))
    with taken:
        report = seen_by(lab.own, lab.files)
        assert set(found(report)) == {"HO001", "HO003"}
        assert f"no interface 'eth0', so keepalived does not start; '{NIC}' has {OWN}/24" in found(report)["HO001"]
        lab.write(own, peer, HAPROXY.format(bind="*:6443"))
        report = seen_by(lab.own, lab.files)
        assert set(found(report)) == {"HO009"}
        assert f"listens on {OWN}:6443" in found(report)["HO009"]
    lab.write(own, peer, HAPROXY.format(bind=f"{VIP}:6443"))
    lab.own.run("sysctl", "-w", "net.ipv4.ip_nonlocal_bind=1")
    report = seen_by(lab.own, lab.files)
    assert set(found(report)) == {"HO003"}
    assert "after a reboot" in found(report)["HO003"]


def test_two_others_have_the_vip_and_then_this_one_sends_from_it(lab: Lab) -> None:
    lab.write(*pair())
    for machine in (lab.peer, lab.other):
        machine.add_address(NIC, f"{VIP}/24")
    report = seen_by(lab.own, lab.files)
    assert set(found(report)) == {"HO015"}
    lab.own.ip("addr", "flush", "dev", NIC)
    lab.own.add_address(NIC, f"{VIP}/24", f"{OWN}/24")
    report = seen_by(lab.own, lab.files)
    assert set(found(report)) == {"HO014", "HO017"}
    assert f"connects to {PEER} from the VIP {VIP}" in found(report)["HO017"]


def test_a_killed_keepalived_leaves_its_vip_and_a_deaf_one_is_a_second_master(lab: Lab) -> None:
    lab.write(*pair(more="advert_int 1\n"))
    run_keepalived(lab.own, instance(OWN, PEER, priority=255))
    wait_for(lab.own, VIP)
    assert found(seen_by(lab.own, lab.files)) == {}
    # The peer hears nothing, and takes the VIP as well.
    run_keepalived(lab.peer, instance(PEER, OTHER, priority=255, vrid=34))
    wait_for(lab.peer, VIP)
    report = seen_by(lab.own, lab.files)
    assert set(found(report)) == {"HO014"}
    assert "two machines have it" in found(report)["HO014"]
    kill_all(lab.own)
    end(lab.peer.started[-1])
    assert held(lab.own, VIP)
    report = seen_by(lab.own, lab.files)
    assert set(found(report)) == {"HO014"}
    assert "keepalived does not run" in found(report)["HO014"]


def test_a_foreign_router_with_the_same_vrid(lab: Lab) -> None:
    own, peer = (instance("", "", priority=p, more=f"mcast_src_ip {a}\n") for p, a in ((110, OWN), (100, PEER)))
    lab.write(own, peer)
    run_keepalived(lab.other, instance("", "", priority=255, vip="192.0.2.200/24"))
    wait_for(lab.other, "192.0.2.200")
    report = seen_by(lab.own, lab.files, 2.5)
    assert set(found(report)) == {"HO018"}
    assert f"{OTHER}, which is none of the nodes, sends adverts with VRID 33" in found(report)["HO018"]


def test_what_only_root_sees_is_skipped_with_the_reason(lab: Lab) -> None:
    lab.write(*pair(), HAPROXY.format(bind="*:6443"))
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all")
    command = (*nobody, sys.executable, "-m", "rules", "--host", "--no-config", "--timeout", "0.3")
    with lab.own.inside():
        taken = socket.create_server(("", 6443))
    with taken:
        done = lab.own.run(*command, *lab.on_disk(), cwd=Path("/"), env=environment())
    if "Permission denied" in done.stderr:
        pytest.skip("the checkout can't be read by other users")
    assert "not judged: HO004: the packet filter's rules are shown to root only; run it with sudo" in done.stderr
    assert "not judged: HO015: asking by ARP: it needs root or CAP_NET_RAW; run it with sudo" in done.stderr
    assert "not judged: HO018: listening for VRRP: it needs root or CAP_NET_RAW; run it with sudo" in done.stderr
    # HO009 may be silent: which network another user's haproxy is in can't be seen, so it may be the one with the port.
    assert "internal error" not in done.stderr


def test_a_machine_that_is_none_of_the_nodes_is_not_judged(lab: Lab) -> None:
    lab.write(*(text.replace(NIC, "eth0") for text in pair()))
    report = seen_by(lab.other, lab.files, 0.1)
    assert found(report) == {}
    reasons = {one.code: one.reason for one in report.skipped if "none of the nodes" in one.reason}
    assert {"HO001", "HO004", "HO009", "HO014", "HO018"} <= set(reasons)
    assert set(reasons.values()) == {f"this machine has the address of none of the nodes: lb1 ({OWN}) and lb2 ({PEER})"}


# -- this machine's own files


def own_files(folder: Path) -> dict[str, Path]:
    """Folders for /etc/haproxy and /etc/keepalived, with a password and a script that are open to all."""
    etc = {name: folder / name for name in ("haproxy", "keepalived")}
    for place in etc.values():
        place.mkdir()
    more = "authentication {\nauth_type PASS\nauth_pass lost-key\n}\ntrack_script {\nc\n}\n"
    script = 'vrrp_script c {\nscript "/etc/keepalived/check.sh"\ninterval 2\nweight -50\n}\n'
    security = "global_defs {\nscript_user root\nenable_script_security\n}\n"
    (etc["keepalived"] / "keepalived.conf").write_text(
        f"{security}{script}{instance(OWN, PEER, priority=110, more=more)}"
    )
    (etc["keepalived"] / "keepalived.conf").chmod(0o644)
    (etc["keepalived"] / "check.sh").write_text("#!/bin/sh\nexit 0\n")
    (etc["keepalived"] / "check.sh").chmod(0o757)
    for name in ("haproxy.cfg", "other.cfg", "haprox.cfg"):
        (etc["haproxy"] / name).write_text(HAPROXY.format(bind="*:6443"))
    return etc


def run_haproxy(machine: Machine, path: str) -> None:
    """Start the real haproxy on a machine, and wait until it listens."""
    log = machine.folder / "log"
    machine.start(str(program("haproxy")), "-db", "-f", path, log=log)
    until(lambda: "6443" in machine.run("ss", "-Hltn").stdout, log.read_text)


def test_its_own_files_modes_scripts_and_what_runs(tmp_path: Path) -> None:
    etc = own_files(tmp_path)
    tmp_path.chmod(0o755)
    with Net() as net:
        mounts = {f"/etc/{name}": folder for name, folder in etc.items()}
        own, _ = wired(net, "lb1", "lb2", mounts={"lb1": mounts})
        run_haproxy(own, "/etc/haproxy/other.cfg")
        report = lint_on(own, "--timeout", "0.3")
        findings = [(one["code"], one["message"]) for one in report["findings"] if one["code"].startswith("HO")]
        assert sorted(code for code, _ in findings) == ["HO007", "HO012", "HO012", "HO013"]
        text = "\n".join(message for _, message in findings)
        assert "can be changed by everybody (mode 0757): keepalived runs without it" in text
        assert "haproxy on this machine runs with '/etc/haproxy/other.cfg'" in text
        assert "this machine has '/etc/haproxy/haprox.cfg', which no daemon reads" in text
        assert "lost-key" not in str(report)
        # The right file, started before its last change.
        end(own.started[-1])
        (etc["haproxy"] / "haprox.cfg").unlink()
        run_haproxy(own, "/etc/haproxy/haproxy.cfg")
        later = os.stat(etc["haproxy"] / "haproxy.cfg").st_mtime + 3600
        os.utime(etc["haproxy"] / "haproxy.cfg", (later, later))
        for name, mode in (("keepalived.conf", 0o640), ("check.sh", 0o755)):
            (etc["keepalived"] / name).chmod(mode)
        report = lint_on(own, "--timeout", "0.3")
        assert set(found(report)) == {"HO012"}
        assert "after haproxy had loaded it: what runs is older" in found(report)["HO012"]
