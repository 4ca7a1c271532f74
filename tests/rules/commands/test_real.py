"""The real keepalived runs commands that are said to succeed always, to fail always, or not to be run at all."""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from parsers.keepalived.scripts import script_words
from rules.failover.table.verdicts import Verdict
from rules.support.commands.meaning import meaning_of
from tests.daemons import program
from tests.net.plugging import plugged
from tests.rules.failover.fleets import block_of
from wizard.rehearsal.lab.machine import Machine
from wizard.rehearsal.lab.network import Net

pytestmark = pytest.mark.slow

SUCCEEDED, FAILED, REMOVED = "succeeded", "failed", "removed"

# Everything that they need is on a machine that has keepalived.
COMMANDS = {
    "/usr/bin/true": SUCCEEDED,
    "/usr/bin/echo hello | grep nothing": SUCCEEDED,
    "/usr/bin/sh -c 'false; exit 0'": SUCCEEDED,
    "/usr/bin/sh -c 'false || true'": SUCCEEDED,
    "/usr/bin/sh -c 'ls /nothing 2>/dev/null | wc -l'": SUCCEEDED,
    "/usr/bin/false": FAILED,
    "/usr/bin/sleep 0 || exit 1": FAILED,
    "/usr/bin/test -e /etc/passwd && /usr/bin/true": FAILED,
    "/usr/bin/test -e /etc/passwd; exit 0": FAILED,
    "/usr/bin/ls / >/dev/null": FAILED,
    "/usr/bin/ip addr | /usr/bin/grep -q 127.0.0.1": FAILED,
    "/usr/bin/sh -c 'true && false'": FAILED,
    "if true; then exit 0; fi": REMOVED,
    "! /usr/bin/false": REMOVED,
    "exit 0": REMOVED,
    "~/check.sh": REMOVED,
    "$HOME/check.sh": REMOVED,
    "/usr/bin/true; exit 0": REMOVED,
}


def _said(line: str) -> str:
    meaning = meaning_of(script_words(line) or [], 1.0)
    if meaning.removed:
        return REMOVED
    return SUCCEEDED if meaning.never_fails else FAILED if meaning.never_succeeds else ""


def test_what_is_said_of_them() -> None:
    assert {line: _said(line) for line in COMMANDS} == COMMANDS


@pytest.mark.root
@pytest.mark.daemon("keepalived")
def test_what_keepalived_makes_of_them() -> None:
    names = {f"s{number}": line for number, line in enumerate(COMMANDS)}
    blocks = [
        f'vrrp_script {name} {{\n script "{line}"\n interval 1\n timeout 1\n fall 1\n rise 1\n weight -1\n}}\n'
        for name, line in names.items()
    ]
    tracked = "".join(f"  {name}\n" for name in names)
    conf = (
        "global_defs {\n enable_script_security\n script_user root\n}\n" + "".join(blocks) + "vrrp_instance V {\n"
        " interface eth0\n virtual_router_id 7\n priority 100\n virtual_ipaddress {\n  192.0.2.100/24\n }\n"
        f" track_script {{\n{tracked} }}\n}}\n"
    )
    with Net() as net:
        machine = plugged(net, "lb1", "eth0", "192.0.2.11/24")
        path, log = machine.folder / "keepalived.conf", machine.folder / "log"
        path.write_text(conf, encoding="utf-8")
        path.chmod(0o640)
        files = ["-p", str(machine.folder / "parent.pid"), "-r", str(machine.folder / "vrrp.pid")]
        machine.start(str(program("keepalived")), "-n", "-l", "-D", "-P", "-f", str(path), *files, log=log)
        found: dict[str, str] = {}
        for _ in range(100):
            time.sleep(0.1)
            text = log.read_text(encoding="utf-8", errors="replace")
            found = dict(re.findall(r"VRRP_Script\((s\d+)\) (succeeded|failed)", text))
            found |= dict.fromkeys(re.findall(r"Disabling track script (s\d+) ", text), REMOVED)
            if len(found) == len(names):
                break
    assert {names[name]: end for name, end in found.items()} == COMMANDS


# Lines of global_defs and of the vrrp_script, which has weight 0 unless they say otherwise: does the node get the VIP?
SECURE = "enable_script_security"
ROOT, NOBODY = f"{SECURE}\nscript_user root", f"{SECURE}\nscript_user nobody"
VIP = "192.0.2.100"
GETS_IT = {
    "a signal as root": (ROOT, 'script "/usr/bin/killall -0 keepalived"', True),
    "a signal as nobody (KA037)": (NOBODY, 'script "/usr/bin/killall -0 keepalived"', False),
    "no signal as nobody": (NOBODY, 'script "/usr/bin/pgrep -x keepalived"', True),
    "a user of its own": (SECURE, 'script "/usr/bin/false"\nuser root', False),
    "security without a user (KA007)": (SECURE, 'script "/usr/bin/false"', True),  # removed
    "the VIP must be there (XN206)": (ROOT, f"script \"/usr/bin/sh -c 'ip addr | grep -q {VIP}'\"", False),
    "the same with a weight": (ROOT, f"script \"/usr/bin/sh -c 'ip addr | grep -q {VIP}'\"\nweight -20", True),
    "reversed (KA052)": (ROOT, 'script "/usr/bin/true"\nweight 0 reverse', False),
    "reversed and failing": (ROOT, 'script "/usr/bin/false"\nweight 0 reverse', True),
    "pidof (KA053)": (ROOT, 'script "/usr/bin/pidof keepalived"', False),
    "pidof by a shell": (ROOT, "script \"/usr/bin/sh -c 'pidof keepalived'\"", True),
    "typographic quotes (KA032)": (ROOT, "script \u201c/usr/bin/false\u201d", True),  # removed
    "arguments without quotes (KA041)": (ROOT, "script /usr/bin/test -e /etc/passwd", False),
    "a file that can be opened": (ROOT, 'script "</etc/passwd"', True),
}


def _depends_on_this_machine(what: str) -> bool:
    """Whether what was measured on Debian 12 need not hold here."""
    if "(KA053)" in what:
        return not os.path.realpath("/usr/bin/pidof").endswith("killall5")
    return "(KA007)" in what and "keepalived_script" in Path("/etc/passwd").read_text(encoding="utf-8")


@pytest.mark.root
@pytest.mark.daemon("keepalived")
def test_who_gets_the_vip() -> None:
    expected = {what: gets for what, (_, _, gets) in GETS_IT.items() if not _depends_on_this_machine(what)}
    with Net() as net:
        machines = {what: _started(net, number, *GETS_IT[what][:2]) for number, what in enumerate(expected)}
        time.sleep(6)  # 3.6 s until a backup takes over, on a machine that is busy
        held = {what: VIP in machine.ip("addr", "show", "dev", "eth0") for what, machine in machines.items()}
    assert held == expected


@pytest.mark.parametrize("what", GETS_IT)
def test_the_model_says_who_gets_the_vip(what: str) -> None:
    settings, script, gets = GETS_IT[what]
    (healthy, *_) = block_of({"lb1": _conf(settings, script)}).rows
    if "(KA053)" in what or "(KA007)" in what:  # neither a link nor an account is in the files
        assert healthy.verdict is Verdict.UNKNOWN
    else:
        assert healthy.worst.owners == (("lb1",) if gets else ())


def _conf(settings: str, script: str) -> str:
    return (
        f"global_defs {{\n{settings}\n}}\nvrrp_script s {{\n{script}\ninterval 1\n}}\n"
        "vrrp_instance V {\ninterface eth0\nvirtual_router_id 7\n"
        f"virtual_ipaddress {{\n{VIP}/24\n}}\ntrack_script {{\ns\n}}\n}}\n"
    )


def _started(net: Net, number: int, settings: str, script: str) -> Machine:
    """A machine on which keepalived runs with one check."""
    machine = plugged(net, f"m{number}", "eth0", "192.0.2.11/24")
    path = machine.folder / "keepalived.conf"
    path.write_text(_conf(settings, script), encoding="utf-8")
    path.chmod(0o640)
    files = ["-p", str(machine.folder / "parent.pid"), "-r", str(machine.folder / "vrrp.pid")]
    command = [str(program("keepalived")), "-n", "-l", "-D", "-P", "-f", str(path), *files]
    machine.start(*command, log=machine.folder / "log")
    return machine


@pytest.mark.daemon("keepalived")
def test_a_single_quote_that_is_cut_off_crashes_it(tmp_path: Path) -> None:
    """KA046; later releases report it."""
    path = tmp_path / "keepalived.conf"
    path.write_text("vrrp_script s {\n script '/usr/bin/true a#b'\n}\n", encoding="utf-8")
    done = subprocess.run([program("keepalived"), "-t", "-f", path], check=False, capture_output=True)
    assert done.returncode != 0
