"""The files and install.sh of each distribution: what differs, that the daemons take it, and the way back."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path

import pytest

from rules.plan.keys.machines import SYSTEMS
from tests.daemons import program
from tests.net.plugging import plugged
from tests.wizard.plans import ARTICLE
from tests.wizard.render.kinds import PODS
from tests.wizard.render.systems import FAMILY, OS_RELEASES, on, rendered_for, system
from tests.wizard.rendered import put_files
from wizard.plan.file import write_plan
from wizard.plan.plan import Plan
from wizard.rehearsal.lab.network import Net
from wizard.render.distributions import DISTRIBUTIONS
from wizard.render.files import lint_rendered, render

pytestmark = pytest.mark.slow

SELINUX = ("getenforce", "getsebool", "setsebool", "restorecon")


def test_every_system_has_its_row() -> None:
    assert tuple(DISTRIBUTIONS) == SYSTEMS


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_script_that_keepalived_runs_is_the_one_that_is_installed(name: str) -> None:
    files = render(on(name))
    config = files["haproxy-lb1/etc/keepalived/keepalived.conf"].text
    (script,) = re.findall(r'^    script "(.*)"$', config, re.MULTILINE)
    assert f"haproxy-lb1{script}" in files
    assert script.startswith("/usr/libexec/keepalived/") == (name == "rhel")  # what SELinux lets it run


@pytest.mark.parametrize("name", SYSTEMS)
def test_haproxy_uses_what_the_package_of_its_system_has(name: str) -> None:
    """Debian's tmpfiles.d makes /run/haproxy, and its unit puts /dev/log into the chroot; nobody else has either."""
    text = render(on(name))["haproxy-lb1/etc/haproxy/haproxy.cfg"].text
    (place,) = re.findall(r"^    stats socket (\S+) mode 660 level admin$", text, re.MULTILINE)
    assert place == ("/run/haproxy/admin.sock" if name in ("debian", "ubuntu") else "/var/lib/haproxy/stats")
    logs = re.findall(r"^    log (.*)$", text.split("defaults")[0], re.MULTILINE)
    systemd = ["stdout format short local0"]
    assert logs == (systemd if name in ("rhel", "suse") else ["/dev/log local0", "/dev/log local1 notice"])
    assert ("\n    chroot /var/lib/haproxy\n" in text) == (name != "alpine")


def test_pods_are_the_same_on_every_system() -> None:
    """A container has its own files; only install.sh knows the machine around it."""
    own = {name: {path: file.text for path, file in render(on(name, PODS)).items()} for name in SYSTEMS}
    for files in own.values():
        assert {path for path in files if files[path] != own["debian"][path]} <= {
            "haproxy-lb1/install.sh", "haproxy-lb2/install.sh", "RUNBOOK.md",
        }  # fmt: skip


def findings(plan: Plan) -> list[str]:
    files = {path: file.text for path, file in render(plan).items()}
    return sorted({finding.code for finding in lint_rendered(plan, {"halb.toml": write_plan(plan), **files}).findings})


@pytest.mark.parametrize(
    "systems", [("rhel", "rhel"), ("suse", "suse"), ("alpine", "alpine"), ("debian", "rhel"), ("alpine", "debian")]
)
def test_no_distribution_and_no_mix_of_them_brings_a_finding(systems: tuple[str, str]) -> None:
    pairs = zip(ARTICLE.load_balancers, systems, strict=True)
    assert findings(ARTICLE._replace(load_balancers=tuple(lb._replace(os=name) for lb, name in pairs))) == []


# --- the daemons


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived")
@pytest.mark.parametrize("name", SYSTEMS)
def test_the_daemons_take_the_files_of_every_system(tmp_path: Path, name: str) -> None:
    files = render(on(name))
    put_files(tmp_path, files)
    lb = tmp_path / "haproxy-lb1"
    (lb / "usr/libexec/keepalived").mkdir(parents=True, exist_ok=True)
    for folder in (tmp_path, lb, lb / "etc/keepalived", lb / "usr/libexec/keepalived"):
        folder.chmod(0o755)
    mounts = {place: lb / place[1:] for place in ("/etc/keepalived", "/etc/haproxy", "/usr/libexec/keepalived")}
    with Net() as net:
        machine = plugged(net, "lb", "ens160", mounts=mounts)
        done = machine.run("keepalived", "-t", "-f", "/etc/keepalived/keepalived.conf")
        assert (done.status, done.stdout + done.stderr) == (0, "")
        done = machine.run("haproxy", "-c", "-f", "/etc/haproxy/haproxy.cfg")
        assert (done.status, done.stdout + done.stderr) == (0, "Configuration file is valid\n")


@pytest.mark.root
@pytest.mark.daemon("haproxy")
@pytest.mark.parametrize(("name", "mode"), [("rhel", "-Ws"), ("suse", "-Ws"), ("alpine", "-D")])
def test_haproxy_logs_and_its_socket_answers_as_the_service_starts_it(tmp_path: Path, name: str, mode: str) -> None:
    """Systemd reads what `-Ws` prints; with OpenRC's `-D` nothing is printed, and /dev/log has to be in reach.

    Nothing is there but /var/lib/haproxy, as the packages have it: no /run/haproxy, no /dev/log in the chroot.
    """
    few = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(maxconn=100))  # whatever limits this machine has
    text = render(on(name, few))["haproxy-lb1/etc/haproxy/haproxy.cfg"].text
    for folder in ("log", "lib"):
        (tmp_path / folder).mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    config = tmp_path / "haproxy.cfg"
    config.write_text(text.replace("/dev/log", "/run/log/socket"))
    mounts = {"/var/lib/haproxy": tmp_path / "lib", "/run/log": tmp_path / "log"}
    with Net() as net, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as syslog:
        syslog.bind(str(tmp_path / "log" / "socket"))
        (tmp_path / "log" / "socket").chmod(0o666)
        syslog.settimeout(20)
        machine = plugged(net, "lb", "ens160", "192.168.2.141/24", mounts=mounts)
        process = machine.start(str(program("haproxy")), mode, "-p", str(tmp_path / "pid"), "-f", str(config))
        # The API servers are not there: haproxy logs that they are down.
        if name == "alpine":
            assert "Health check for server kube-apiservers/k8s-master" in syslog.recv(2000).decode()
        else:
            assert process.stdout is not None
            assert re.match(rb"<\d>Health check for server kube-apiservers/k8s-master", process.stdout.readline())
        with machine.inside(), socket.socket(socket.AF_UNIX) as stats:
            stats.connect(str(tmp_path / "lib" / "stats"))
            stats.sendall(b"show info\n")
            assert stats.recv(20).startswith(b"Name: HAProxy")


# --- install.sh knows the machine


def refusal(tmp_path: Path, plan: Plan, name: str, *arguments: str) -> tuple[int, str]:
    """What install.sh says of an image of a distribution, and its exit status."""
    source, root = rendered_for(tmp_path / "out", plan), tmp_path / "image"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "os-release").write_text(OS_RELEASES[name])
    done = subprocess.run(
        ["sh", str(source / "install.sh"), "--root", str(root), *arguments], capture_output=True, text=True, check=False
    )
    assert (root / "var").exists() == (done.returncode == 0), "refused before anything is changed"
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("os", "name"),
    [
        ("debian", "debian 12"), ("debian", "ubuntu 24.04"), ("ubuntu", "debian 12"), ("debian", "mint"),
        ("rhel", "rhel 9"), ("rhel", "rocky 9"), ("rhel", "alma 10"), ("rhel", "oracle 9"),
        ("suse", "sles 15"), ("suse", "leap"), ("suse", "tumbleweed"), ("alpine", "alpine"),
    ],
)  # fmt: skip
def test_a_system_takes_the_files_of_its_family(tmp_path: Path, os: str, name: str) -> None:
    assert refusal(tmp_path, on(os), name) == (0, "")


@pytest.mark.parametrize(
    ("os", "name", "wanted"),
    [
        ("debian", "rocky 9", 'the files are for Debian or Ubuntu; write os = "rhel" for haproxy-lb1 in halb.toml'),
        ("debian", "alpine", 'write os = "alpine" for haproxy-lb1'),
        ("debian", "leap", 'write os = "suse" for haproxy-lb1'),
        ("rhel", "ubuntu 24.04", 'write os = "ubuntu" for haproxy-lb1'),
        ("alpine", "debian 12", 'write os = "debian" for haproxy-lb1'),
        ("debian", "arch", "this system is none that halb knows (arch); --force installs the files of"),
    ],
)
def test_another_system_is_refused_with_what_to_write(tmp_path: Path, os: str, name: str, wanted: str) -> None:
    status, said = refusal(tmp_path, on(os), name)
    assert status == 1
    assert wanted in said


def test_an_unknown_system_is_installed_by_force(tmp_path: Path) -> None:
    assert refusal(tmp_path, on("debian"), "arch", "--force") == (0, "")


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived")
@pytest.mark.parametrize(
    ("tool", "said", "wanted"),
    [
        ("haproxy", "HA-Proxy version 2.2.9-2+deb11u6 2023/12/18", "haproxy 2.2.9 is older than 2.4, which"),
        ("haproxy", "HAProxy version 3.0.11-1 2025/06/05", None),
        ("keepalived", "Keepalived v2.0.10 (11/12,2018)", "keepalived 2.0.10 is older than 2.0.11, which"),
        ("keepalived", "Keepalived v2.0.11 (01/05,2019)", None),
    ],
)
def test_a_release_that_is_too_old_is_refused(tmp_path: Path, tool: str, said: str, wanted: str | None) -> None:
    real = program(tool)
    with system(tmp_path / "lb", "debian 12", "systemctl") as lb:
        stand_in = lb.folder / "bin" / tool
        stand_in.write_text(f'#!/bin/sh\ncase $1 in -v | --version) echo "{said}" ;; *) exec {real} "$@" ;; esac\n')
        stand_in.chmod(0o755)
        done = lb.run(rendered_for(tmp_path / "out", PLAIN), "--dry-run")
    assert done.status == (1 if wanted else 0)
    assert done.stderr.startswith(f"install.sh: {wanted}" if wanted else "")


def test_the_oldest_release_of_the_plan_is_asked_for(tmp_path: Path) -> None:
    plan = ARTICLE._replace(
        haproxy=ARTICLE.haproxy._replace(version="2.8"), vrrp=ARTICLE.vrrp._replace(version="2.3.3")
    )
    text = render(plan)["haproxy-lb1/install.sh"].text
    assert "check_release haproxy 2.8 " in text
    assert "check_release keepalived 2.3.3 " in text


# --- what is going to be opened, and what is left alone

RED_HAT = (*SELINUX, "systemctl", "firewall-cmd")
FIREWALLD = {"runtime": "port=22/tcp\n", "permanent": "port=22/tcp\n", "haproxy_connect_any": "off\n"}
PLAIN = ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(maxconn=100))  # whatever limits this machine has


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived")
def test_red_hat_is_told_what_is_going_to_be_opened(tmp_path: Path) -> None:
    source = rendered_for(tmp_path / "out", on("rhel", PLAIN))
    with system(tmp_path / "lb", "rocky 9", *RED_HAT, **FIREWALLD) as lb:
        before = lb.remembered()
        done = lb.run(source, "--dry-run")
        assert (done.status, done.stderr) == (0, "")
        assert "SELinux: haproxy_connect_any is switched on, for the ports 6443, 8405\n" in done.stdout
        for what in ("port 6443/tcp", "protocol vrrp"):
            assert f"firewalld: {what} is let into zone internal\n" in done.stdout
            assert f"firewalld: {what} is let into zone internal, also after the next start\n" in done.stdout
        assert lb.remembered() == before


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived")
def test_what_is_open_is_not_opened(tmp_path: Path) -> None:
    source = rendered_for(tmp_path / "out", on("rhel", PLAIN))
    allowed = "port=6443/tcp\nprotocol=vrrp\n"
    state = {"runtime": allowed, "permanent": allowed, "haproxy_connect_any": "on\n"}
    with system(tmp_path / "lb", "rocky 9", *RED_HAT, **state) as lb:
        done = lb.run(source, "--dry-run")
    assert done.status == 0
    assert "firewalld" not in done.stdout
    assert "SELinux" not in done.stdout


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived")
@pytest.mark.parametrize(
    ("status", "wanted"), [("active", ["ufw: allow from 192.168.2.142 proto vrrp"]), ("inactive", [])]
)
def test_ufw_is_opened_for_what_it_does_not_allow_yet(tmp_path: Path, status: str, wanted: list[str]) -> None:
    source = rendered_for(tmp_path / "out", PLAIN)
    state = {"ufw": f"{status}\n", "rules": "allow 6443/tcp\n"}
    with system(tmp_path / "lb", "ubuntu 24.04", "systemctl", "ufw", **state) as lb:
        done = lb.run(source, "--dry-run")
        assert (done.status, done.stderr) == (0, "")
        assert [line for line in done.stdout.splitlines() if line.startswith("ufw")] == wanted
        assert lb.remembered() == state


RULES = "table inet mine {{\n chain in {{ type filter hook input priority 0; policy drop; {rule} }}\n}}"


@pytest.mark.root
@pytest.mark.daemon("haproxy", "keepalived", "nft")
@pytest.mark.parametrize(("rule", "quiet"), [("tcp dport 22 accept;", False), ("meta l4proto 112 accept;", True)])
def test_rules_of_nftables_are_left_alone_and_lacking_ones_said(tmp_path: Path, rule: str, quiet: bool) -> None:
    source = rendered_for(tmp_path / "out", PLAIN)
    with system(tmp_path / "lb", "debian 12", "systemctl") as lb:
        made = lb.machine.run("nft", RULES.format(rule=rule))
        assert (made.status, made.stderr) == (0, "")
        before = lb.machine.run("nft", "list", "ruleset").stdout
        done = lb.run(source, "--dry-run")
        assert done.status == 0
        assert lb.machine.run("nft", "list", "ruleset").stdout == before
        if quiet:
            assert done.stderr == ""
            return
        # What it says to type is a command that nft takes.
        (advice,) = re.findall(r"nft insert rule inet mine in [^;]*112 accept", done.stderr)
        assert lb.machine.run(*advice.split()).status == 0


@pytest.mark.daemon("shellcheck")
@pytest.mark.parametrize("name", ["rhel", "alpine"])
def test_shellcheck_has_nothing_to_say(tmp_path: Path, name: str) -> None:
    script = rendered_for(tmp_path, on(name)) / "install.sh"
    done = subprocess.run(["shellcheck", "--shell=sh", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_each_distribution_names_what_its_files_need() -> None:
    assert set(FAMILY) == set(SYSTEMS)
    for name in SYSTEMS:
        row = DISTRIBUTIONS[name]
        assert row.install.split()[0] in ("apt-get", "dnf", "zypper", "apk")
        assert {"haproxy", "keepalived"} <= set(row.packages)
