"""Running a program of this machine to read what it prints: no shell, the C locale, bounded in time and size."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from contextlib import suppress
from shutil import which

from rules.files.programs import PROGRAM_FOLDERS, end_group
from rules.live.machine.observed import NotKnownError

PATIENCE = 4.0  # seconds
MOST = 1 << 23  # bytes; the rules of a busy firewall are some hundred kilobytes
_WORDS = 4096  # bytes of stderr
_BRIEFLY = 0.5  # seconds


def search_path() -> str:
    """The folders of PATH that are absolute, then those for the administrator's programs, which a user's may lack."""
    own = [folder for folder in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    return os.pathsep.join(dict.fromkeys((*own, *PROGRAM_FOLDERS)))


def find(program: str) -> str | None:
    """The absolute path of a program, None if it is not installed."""
    return which(program, path=search_path())


def output_of(program: str, *arguments: str, package: str = "", patience: float = PATIENCE) -> str:
    """What the program prints; bytes that are not UTF-8 become U+FFFD.

    Raises NotKnownError with the reason: it is not installed (`package` has it), fails, takes more than `patience`
    seconds, or prints more than 8 MiB.
    """
    found = find(program)
    if found is None:
        more = f"; the package {package} has it" if package else ""
        raise NotKnownError(f"'{program}' is not installed{more}")
    environment = {"PATH": search_path(), "LC_ALL": "C", "LANG": "C", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""}
    try:
        process = subprocess.Popen(
            [found, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd="/", env=environment, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise NotKnownError(f"'{program}' can't be run: {error.strerror}") from error
    try:
        said, complaint = _read(process, program, time.monotonic() + patience)
    finally:
        _end(process)
    if process.returncode:
        first = complaint.decode("utf-8", "replace").strip().split("\n")[0][:200]
        raise NotKnownError(f"'{program}' fails: {first or f'exit status {process.returncode}'}")
    return said.decode("utf-8", "replace")


def _read(process: subprocess.Popen[bytes], program: str, until: float) -> tuple[bytes, bytes]:
    """Both outputs until they are closed; raises NotKnownError if it takes too long or is too much."""
    assert process.stdout is not None
    assert process.stderr is not None
    outputs = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
    first, second = outputs
    with selectors.DefaultSelector() as selector:
        for descriptor in outputs:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            left = until - time.monotonic()
            if left <= 0:
                raise NotKnownError(f"'{program}' did not answer in time")
            for key, _ in selector.select(left):
                data = os.read(key.fd, 1 << 16)
                if not data:
                    selector.unregister(key.fd)
                elif key.fd == first or len(outputs[second]) < _WORDS:
                    outputs[key.fd] += data
                if len(outputs[first]) > MOST:
                    raise NotKnownError(f"'{program}' prints more than {MOST >> 20} MiB")
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(until - time.monotonic(), _BRIEFLY))
    return bytes(outputs[first]), bytes(outputs[second])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill it with all that it has started, unless it has ended."""
    process.poll()
    end_group(process, _BRIEFLY)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
