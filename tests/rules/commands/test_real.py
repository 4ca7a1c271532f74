"""The real keepalived runs commands that are said to succeed always, to fail always, or not to be run at all."""

from __future__ import annotations

import re
import time

import pytest

from parsers.keepalived.scripts import script_words
from rules.support.commands.meaning import meaning_of
from tests.daemons import program
from tests.net.network import Net, plugged

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
