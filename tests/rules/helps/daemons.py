"""What haproxy and keepalived say of an example that was corrected."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from parsers.source import Source
from rules import lint
from rules.engine.examples import Case
from rules.files.kinds import HAPROXY
from tests.daemons import program
from tests.rules.examples import options_of

_ON_THIS_HOST = re.compile(  # what depends on the machine that the test runs on
    r"not found/accessible|doesn't exist|Non-existent interface|Unknown interface|unable to stat"
    r"|cannot find (?:user|group)|Unknown keyword '(?:dbus|vrrp_ipsets)|iptables not supported|default user"
    r"|unable to (?:load|open)|Unable to set uid/gid"
    r"|could not resolve address|No such file|SECURITY VIOLATION"
)


# haproxy: without a listener (a condition may hold it); keepalived -t: with something to report, also about security.
_TAKEN = {HAPROXY: (0, 2), "keepalived": (0, 5, 6)}


def _complaints(kind: str, folder: Path, texts: list[str]) -> tuple[int, set[str]]:
    """The exit status of a daemon on these files, and what it says of them (without lines and numbers)."""
    paths = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.cfg"
        path.write_bytes(Source("", text).to_bytes())
        paths += ["-f", str(path)]
    command = [str(program(kind)), "-c" if kind == HAPROXY else "-t"]
    done = subprocess.run([*command, *paths], capture_output=True, text=True, timeout=60, check=False, errors="replace")
    lines = (done.stdout + done.stderr).splitlines()
    said = {re.sub(r"^.*?config : |\(?[^ ]*\d\.cfg[^)\]]*[)\]]|\d+", "", line) for line in lines}
    return done.returncode, {line for line in said if line.strip() and not _ON_THIS_HOST.search(line)}


def the_daemons_take(case: Case, files: Mapping[str, str], folder: Path) -> None:
    """Fail if one of them has a complaint about these files that it did not have about the example's own."""
    for node in lint(case.files, options_of(case)).nodes:
        for kind, paths in ((HAPROXY, node.haproxy), ("keepalived", node.keepalived)):
            if not paths or "include" in files[paths[0]]:
                continue
            status, said = _complaints(kind, folder, [files[path] for path in paths])
            grave = {line for line in said if "ALERT" in line or kind != HAPROXY}
            if status not in _TAKEN[kind] or grave:  # it may have been so before
                status_before, said_before = _complaints(kind, folder, [case.files[path] for path in paths])
                assert status in _TAKEN[kind] or status == status_before, said
                assert grave <= said_before, said
