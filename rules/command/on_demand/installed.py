"""The releases of the daemons on this machine, from their own mouths."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from select import select
from shutil import which

from parsers.records import NamedTuple
from rules.engine.settings import RuleSettings
from rules.files.programs import end_group

PATIENCE = 0.5
"""Seconds for all of them together."""
_MOST = 4096  # bytes of an answer: the release is in its first line
_FOLDERS = os.pathsep.join(("/usr/local/sbin", "/usr/sbin", "/sbin"))
_BRIEFLY = 0.05  # seconds


class _Daemon(NamedTuple):
    """How a daemon is asked for its release, and how it answers."""

    option: str
    answer: re.Pattern[bytes]


_DAEMONS: Mapping[str, _Daemon] = {
    "haproxy": _Daemon("-v", re.compile(rb"^HA-?Proxy version ([0-9]+\.[0-9]+(?:\.[0-9]+)?)\b", re.MULTILINE)),
    "keepalived": _Daemon("--version", re.compile(rb"^Keepalived v([0-9]+\.[0-9]+(?:\.[0-9]+)?)\b", re.MULTILINE)),
}


def installed(daemons: Iterable[str], path: str | None = None) -> dict[str, str]:
    """Daemon ("haproxy", "keepalived") -> its release, for those that are installed and say it in time.

    They are asked side by side, and killed after half a second. `path` has the folders to look in (default: PATH).
    """
    until = time.monotonic() + PATIENCE
    folders = os.pathsep.join((os.environ.get("PATH", os.defpath), _FOLDERS)) if path is None else path
    running = {daemon: process for daemon in daemons if (process := _start(daemon, folders)) is not None}
    found = {}
    for daemon, answer in _answers(running, until).items():
        release = _DAEMONS[daemon].answer.search(answer)
        if release is not None:
            found[daemon] = release[1].decode("ascii")
    return found


def settings_here(chosen: RuleSettings, read: Collection[str], say: Callable[[str], None]) -> RuleSettings:
    """The settings for this machine's own files, which are of the kinds `read`.

    A release that the user did not choose is that of the daemon here.
    """
    releases = {"haproxy": chosen.haproxy_version, "keepalived": chosen.keepalived_version}
    found = installed(daemon for daemon, release in releases.items() if release is None and daemon in read)
    if found:
        say(f"judged by what is installed here: {', '.join(f'{name} {found[name]}' for name in sorted(found))}")
    releases |= found
    return RuleSettings(releases["haproxy"], releases["keepalived"])


def _start(daemon: str, folders: str) -> subprocess.Popen[bytes] | None:
    program = which(daemon, path=folders)
    if program is None:
        return None
    try:
        return subprocess.Popen(
            [program, _DAEMONS[daemon].option],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # keepalived answers there
            start_new_session=True,  # so that whatever it starts can be killed with it
        )
    except OSError:
        return None


def _answers(running: Mapping[str, subprocess.Popen[bytes]], until: float) -> dict[str, bytes]:
    """What they print until they close their output, say too much, or time is up; then none of them runs."""
    answers = dict.fromkeys(running, b"")
    pending = {process.stdout.fileno(): daemon for daemon, process in running.items() if process.stdout is not None}
    try:
        while pending and (left := until - time.monotonic()) > 0:
            for descriptor in select(list(pending), [], [], left)[0]:
                daemon = pending[descriptor]
                data = os.read(descriptor, _MOST - len(answers[daemon]))
                answers[daemon] += data
                if not data or len(answers[daemon]) >= _MOST:
                    del pending[descriptor]
    finally:
        for process in running.values():
            _end(process)
    return answers


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill it with all that it has started."""
    end_group(process, _BRIEFLY)
    if process.stdout is not None:
        process.stdout.close()
