"""install.sh on a load balancer of another distribution: the real daemons, and stand-ins for what only it has."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.e2e.managed import Managed, machines_of
from tests.programs import ROOT
from tests.wizard.plans import ARTICLE
from tests.wizard.render.systems import FAMILY, OS_RELEASES, on, put_tools

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived"),
    pytest.mark.slow,
    pytest.mark.xdist_group("namespaces"),
]

PLAN = ARTICLE._replace(control_plane=ARTICLE.control_plane[:1], haproxy=ARTICLE.haproxy._replace(maxconn=1000))

# OpenRC's commands, by the stand-in for systemctl. Its haproxy has a master too, whose number is asked for there.
_OPENRC = {
    "rc-service": """\
[ "$1" != --quiet ] || shift
case $2 in status) order=is-active ;; zap) exit 0 ;; *) order=$2 ;; esac
systemctl $order "$1\"""",
    "rc-update": """\
[ "$1" != --quiet ] || shift
case $1 in
    add) systemctl enable "$2" ;;
    del) systemctl disable "$2" ;;
    show) for name in haproxy keepalived; do ! systemctl is-enabled $name || echo " $name |"; done ;;
esac""",
}


def furnish(lb: Managed, name: str) -> Path:
    """Give a machine an os-release and the folders of its packages; returns the folder of the stand-ins."""
    release = lb.machine.folder / "os-release"
    release.write_text(OS_RELEASES[FAMILY[name]])
    lb.machine.mounts["/usr/lib/os-release"] = release
    for place in ("/usr/libexec/keepalived", "/var/lib/haproxy"):
        lb.lay(place).chmod(0o755)
    state = lb.machine.folder / "remembered"
    state.mkdir()
    return state


def test_red_hat_is_opened_and_closed_again() -> None:
    with machines_of(on("rhel", PLAN)) as pair:
        lb = pair.balancers[0]
        state = furnish(lb, "rhel")
        put_tools(lb.tools, state, "getenforce", "getsebool", "setsebool", "restorecon", "firewall-cmd")
        before = {"runtime": "port=22/tcp\n", "permanent": "port=22/tcp\n", "haproxy_connect_any": "off\n"}
        for key, text in before.items():
            (state / key).write_text(text)
        done = lb.install()
        assert (done.status, done.stderr) == (0, ""), pair.state()
        pair.comes_to(lb.name)
        allowed = "port=22/tcp\nport=6443/tcp\nprotocol=vrrp\n"
        assert {key: (state / key).read_text() for key in before} == {
            "runtime": allowed, "permanent": allowed, "haproxy_connect_any": "on\n",
        }  # fmt: skip
        script = "/usr/libexec/keepalived/check-haproxy"
        assert f"restorecon {script}\n" in (state / "asked").read_text()
        assert (lb.machine.folder / script[1:]).exists()
        done = lb.install()
        assert (done.status, "nothing to do" in done.stdout, len(lb.backups)) == (0, True, 1)
        # A firewall that somebody closed meanwhile is opened again, although every file is there.
        (state / "runtime").write_text(before["runtime"])
        done = lb.install()
        assert (done.status, done.stderr) == (0, "")
        assert (state / "runtime").read_text() == allowed
        for backup in reversed(lb.backups):
            done = lb.install("--rollback", f"/var/backups/{backup.name}")
            assert done.status == 0, done
        assert {key: (state / key).read_text() for key in before} == before
        assert not (lb.machine.folder / script[1:]).exists()


def with_ufw(lb: Managed) -> None:
    """Give a machine ufw's configuration as its package has it, with ssh allowed, and switch it on."""
    shutil.copytree("/etc/ufw", lb.lay("/etc/ufw"), dirs_exist_ok=True)
    shutil.copytree("/usr/share/ufw/iptables", lb.lay("/etc/ufw"), dirs_exist_ok=True)
    lock = lb.machine.folder / "ufw.lock"
    lock.touch()
    lb.machine.mounts["/run/ufw.lock"] = lock
    for words in (("allow", "22/tcp"), ("--force", "enable")):
        done = lb.run(["ufw", *words])
        assert done.status == 0, done


def rules_of(lb: Managed) -> list[str]:
    """The rules that ufw has been told, as it shows them."""
    done = lb.run(["env", "LC_ALL=C", "ufw", "show", "added"])
    assert done.status == 0, done
    return [line for line in done.stdout.splitlines() if line.startswith("ufw ")]


@pytest.mark.daemon("ufw", "iptables")
def test_ufw_is_opened_and_closed_again() -> None:
    """The real ufw, which lets in nothing but ssh: without VRRP each load balancer would take the VIP for itself."""
    with machines_of(PLAN) as pair:
        for lb in pair.balancers:
            with_ufw(lb)
        for lb, other in zip(pair.balancers, reversed(PLAN.load_balancers), strict=True):
            before = rules_of(lb)
            assert before == ["ufw allow 22/tcp"]
            done = lb.install()
            assert (done.status, done.stderr) == (0, ""), pair.state()
            allowed = ["ufw allow 22/tcp", "ufw allow 6443/tcp", f"ufw allow from {other.address} proto vrrp"]
            assert rules_of(lb) == allowed
            done = lb.install()
            assert (done.status, "nothing to do" in done.stdout, len(lb.backups)) == (0, True, 1)
            assert rules_of(lb) == allowed
        pair.comes_to(pair.balancers[0].name)
        asked = [sys.executable, "-m", "tests.e2e.ask", pair.vip, "6443", PLAN.endpoint]
        assert pair.client.run(*asked, cwd=ROOT).stdout == "alive\n"
        lb, other = pair.balancers[1], PLAN.load_balancers[0]
        # A rule that somebody took out meanwhile is there again, although every file is there.
        assert lb.run(["ufw", "delete", "allow", "6443/tcp"]).status == 0
        done = lb.install()
        assert (done.status, done.stderr) == (0, "")
        assert sorted(rules_of(lb)) == sorted(allowed)
        for backup in reversed(lb.backups):
            done = lb.install("--rollback", f"/var/backups/{backup.name}")
            assert done.status == 0, done
        assert rules_of(lb) == before
        assert rules_of(pair.balancers[0])[1:] != []


def test_an_old_ufw_that_does_not_know_vrrp_is_opened_for_the_rest_and_the_line_is_said() -> None:
    """A stand-in for such a ufw: what to write into its file is said in each run, once, until it stands there."""
    said = "ufw does not take 'allow from 192.168.2.142 proto vrrp' (ERROR: Unsupported protocol 'vrrp')"
    line = "-A ufw-before-input -p vrrp -j ACCEPT"
    with machines_of(on("ubuntu", PLAN)) as pair:
        lb = pair.balancers[0]
        state, folder = furnish(lb, "ubuntu"), lb.lay("/etc/ufw")
        put_tools(lb.tools, state, "ufw")
        for key, text in {"ufw": "active\n", "rules": "allow 22/tcp\n", "old": ""}.items():
            (state / key).write_text(text)
        for run in range(3):
            (folder / "before.rules").write_text(f"*filter\n{line if run == 2 else '#'}\nCOMMIT\n")
            done = lb.install()
            assert (done.status, len(lb.backups)) == (0, 1), done
            assert (done.stderr.count(said), done.stderr.count(line)) == ((0, 0) if run == 2 else (1, 1)), done
            assert ("nothing to do" in done.stdout) == (run > 0)
            assert (state / "rules").read_text() == "allow 22/tcp\nallow 6443/tcp\n"
            pair.comes_to(lb.name)
        done = lb.install("--rollback", f"/var/backups/{lb.backups[0].name}")
        assert (done.status, done.stderr) == (0, "")
        assert (state / "rules").read_text() == "allow 22/tcp\n"


def test_alpine_is_started_by_openrc() -> None:
    with machines_of(on("alpine", PLAN)) as pair:
        lb = pair.balancers[0]
        furnish(lb, "alpine")
        for name, text in _OPENRC.items():
            (lb.tools / name).write_text(f"#!/bin/sh\n{text}\n")
            (lb.tools / name).chmod(0o755)
        done = lb.install()
        assert (done.status, done.stderr) == (0, ""), pair.state()
        assert lb.asked() == ["start haproxy", "enable haproxy", "start keepalived", "enable keepalived"]
        pair.comes_to(lb.name)
        assert not (lb.etc / "systemd/system/keepalived.service.d").exists()
        (backup,) = lb.backups
        assert lb.install("--rollback", f"/var/backups/{backup.name}").status == 0
        assert lb.asked()[-4:] == ["stop haproxy", "disable haproxy", "stop keepalived", "disable keepalived"]
