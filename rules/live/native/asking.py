"""Asking the daemons of this machine what they say about files: `haproxy -c` and `keepalived -t`. Nothing is changed.

Both read what the files name, such as certificates, and resolve host names; haproxy also loads the files of `lua-load`.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from os.path import abspath
from shutil import which
from tempfile import TemporaryFile

from parsers.records import NamedTuple
from rules.engine.finding import NodeFiles
from rules.files.programs import PROGRAM_FOLDERS, end_group
from rules.live.native.answers import NativeAnswers, Told, read_haproxy, read_keepalived

PATIENCE = 20.0
"""Seconds for one answer: a daemon may wait for name servers."""
_AT_ONCE = 4
_MOST = 1 << 20  # bytes of an answer
_BRIEFLY = 0.5  # seconds
_READERS = {"haproxy": read_haproxy, "keepalived": read_keepalived}


class _Question(NamedTuple):
    daemon: str
    node: str
    command: tuple[str, ...]


def ask_daemons(
    nodes: Sequence[NodeFiles],
    config_ids: Mapping[str, str],
    *,
    own: bool,
    unasked: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    path: str | None = None,
) -> NativeAnswers:
    """What the daemons say about each node's files on the disk.

    `config_ids`: node -> what keepalived compares `@id` lines with. `unasked`: daemon -> why it is not to be asked.
    `path` has the folders to look in (default: PATH, and where an administrator's programs are). Nothing raises.
    """
    own_path = os.pathsep.join((os.environ.get("PATH", os.defpath), *PROGRAM_FOLDERS))
    missing = dict(unasked or {})
    programs: dict[str, str] = {}
    for daemon in ("haproxy", "keepalived"):
        found = which(daemon, path=own_path if path is None else path)
        if found is None:
            missing.setdefault(daemon, f"{daemon} is not installed here")
        elif daemon not in missing:
            programs[daemon] = found
    questions = [question for node in nodes for question in _questions(node, programs, config_ids)]
    if not questions:
        return NativeAnswers((), missing, own)
    with ThreadPoolExecutor(min(_AT_ONCE, len(questions))) as pool:
        told = tuple(pool.map(lambda question: _told(question, patience), questions))
    return NativeAnswers(told, missing, own)


def _questions(node: NodeFiles, programs: Mapping[str, str], config_ids: Mapping[str, str]) -> list[_Question]:
    found = []
    if node.haproxy and "haproxy" in programs:
        files = [word for path in node.haproxy for word in ("-f", abspath(path))]
        found.append(_Question("haproxy", node.name, (programs["haproxy"], "-c", *files)))
    if node.keepalived and "keepalived" in programs:
        identity = ("-i", config_ids[node.name]) if node.name in config_ids else ()
        command = (programs["keepalived"], "-t", *identity, "-f", abspath(node.keepalived[0]))
        found.append(_Question("keepalived", node.name, command))
    return found


def _told(question: _Question, patience: float) -> Told:
    daemon, node, command = question
    name = f"{daemon} {command[1]}"
    try:
        status, output = _run(command, patience)
    except OSError as error:
        return Told(daemon, node, failed=f"'{name}' can't be run: {error.strerror or error}")
    if status is None:
        return Told(daemon, node, failed=f"'{name}' did not answer within {patience:g} s")
    if status < 0 or status > 128:
        # keepalived 2.2.7 ends with SIGTERM on some right files, and with SIGSEGV on a quote: it says nothing of them.
        return Told(daemon, node, failed=f"'{name}' was ended by {_signal(status)}, a fault of its own")
    lines = _READERS[daemon](output)
    if status and not lines:
        return Told(daemon, node, failed=f"'{name}' ended with status {status}, and said nothing")
    return Told(daemon, node, lines)


def _signal(status: int) -> str:
    number = -status if status < 0 else status - 128
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _run(command: Sequence[str], patience: float) -> tuple[int | None, str]:
    """The exit status (None: it took too long and was killed) and what was printed."""
    environment = {**os.environ, "LC_ALL": "C", "LANG": "C"}
    with TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            cwd="/", env=environment, start_new_session=True,
        )  # fmt: skip
        status: int | None = None
        try:
            with suppress(subprocess.TimeoutExpired):
                status = process.wait(patience)
        finally:
            end_group(process, _BRIEFLY)
        output.seek(0)
        return status, output.read(_MOST).decode("utf-8", "replace")
