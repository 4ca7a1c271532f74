"""The cache of results: what halb-lint has said of the same files is said again, without looking at them anew.

An entry belongs to a command line, a folder, what else of the environment changes an output, and a halb-lint as it is
installed. It names the files and folders that the run has read, with one digest of them all, and has what was printed:
nothing of a file that is not on the screen. What cannot be read, written or trusted is done without.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from rules.command import streams
from rules.command.guard import LINT, guarded
from rules.files import seen

OFF = "HALB_NO_CACHE"
"""The variable that switches the cache off, as `--no-cache` does."""
_LARGEST = 1 << 22  # bytes of an entry
_ALL = 1 << 25  # bytes of all entries
_MOST = 500  # entries
_REPEATABLE = (0, 1)  # exit statuses: any other is about what could not be read, or went wrong
_MAGIC = b"halb-lint 1\n"
_ENVIRONMENT = ("COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "NO_COLOR", "TERM")


def main(argv: Sequence[str]) -> int:
    """Run `halb-lint` with these arguments, or say what it has said before; returns the exit status."""
    if "--no-cache" in argv or os.environ.get(OFF):
        from rules.command.cli import main as lint

        return lint(argv)
    return guarded(LINT, _recall_or_lint, argv)


def _recall_or_lint(argv: Sequence[str]) -> int:
    try:
        place = _place(argv)
    except (OSError, ValueError):  # no folder, or no name for it
        place = None
    known = _read(place) if place is not None else None
    if known is not None:
        status, printed = known
        for stream, text in printed:
            (streams.write_results if stream == 1 else streams.write_notes)(text)
        return status
    noted = seen.begin()
    streams.keep(_LARGEST)
    from rules.command.cli import main as lint

    status = lint(argv)
    texts = streams.kept()
    if place is not None and texts is not None and noted.whole and noted.ended and status in _REPEATABLE:
        with suppress(OSError, ValueError):  # the disk is full, or nobody may write there
            _write(place, noted, status, texts)
    return status


def cache_folder() -> str:
    """Where the entries are."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "halb", "lint")


def _place(argv: Sequence[str]) -> str | None:
    """The file of the entry for a command line; None if its folder is open to others."""
    folder = cache_folder()
    with suppress(FileNotFoundError):
        status = os.stat(folder)
        if hasattr(os, "geteuid") and (status.st_uid != os.geteuid() or status.st_mode & 0o077):
            return None
    terminal = sys.stdout.isatty()
    size = tuple(os.get_terminal_size(sys.stdout.fileno())) if terminal else ()
    words = (
        *_installation(),
        os.getcwd(),
        os.uname().nodename if hasattr(os, "uname") else "",
        *(f"{name}={os.environ.get(name, '')}" for name in _ENVIRONMENT),
        f"{terminal} {size} {sys.stdout.encoding}",
        *argv,
    )
    return os.path.join(folder, seen.digest(os.fsencode(word) for word in words).hex())


def _installation() -> Iterator[str]:
    """What tells this halb-lint from any other: its files, and what is installed beside it (PyYAML may come and go)."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    yield f"{root} {sys.version}"
    for path in sys.path:
        if path.endswith("-packages"):
            with suppress(OSError):
                yield f"{path} {os.stat(path).st_mtime_ns}"
    names = [name for name in os.listdir(root) if name.startswith("halb_wizard-") and name.endswith(".dist-info")]
    for name in names:
        status = os.stat(os.path.join(root, name))
        yield f"{name} {status.st_mtime_ns} {status.st_ctime_ns}"
    if not names:  # a checkout, whose files are edited
        for package in ("parsers", "rules"):
            yield from _files(os.path.join(root, package))


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in ("__pycache__", "examples"):
                    yield from _files(entry.path)
            else:
                status = entry.stat(follow_symlinks=False)
                yield f"{entry.name} {status.st_mtime_ns} {status.st_size}"


def _read(place: str) -> tuple[int, list[tuple[int, str]]] | None:
    """The exit status and what was printed, if there is an entry and everything on the disk is as it was then."""
    try:
        with open(place, "rb", buffering=0) as file:
            data = file.read()
        if not data.startswith(_MAGIC) or seen.digest((data[:-20],)) != data[-20:]:
            return None
        status, count, disk, *fields = _fields(data[len(_MAGIC) : -20])
        paths = [os.fsdecode(path) for path in fields[: int(count)]]
        printed = fields[int(count) :]
        if _disk((path, seen.state(path)) for path in paths) != disk:
            return None
        return int(status), [(int(text[:1]), text[1:].decode("utf-8", "surrogatepass")) for text in printed]
    except (OSError, ValueError):
        return None


def _write(place: str, noted: seen.Noted, status: int, printed: Sequence[tuple[int, str]]) -> None:
    fields = [
        b"%d" % status,
        b"%d" % len(noted.states),
        _disk(noted.states.items()),
        *map(os.fsencode, noted.states),
        *(b"%d" % stream + text.encode("utf-8", "surrogatepass") for stream, text in printed),
    ]
    data = _MAGIC + b"".join(b"%d:%s" % (len(field), field) for field in fields)
    if len(data) > _LARGEST:
        return
    folder = os.path.dirname(place)
    if not os.path.isdir(folder):
        _make(folder)
    made = f"{place}.{os.getpid()}"
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb", buffering=0) as file:
            if file.write(data + seen.digest((data,))) != len(data) + 20:
                return
        os.replace(made, place)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(made)
    _make_room(folder)


def _make(folder: str) -> None:
    """Make the folder; not by root in the home of somebody else (sudo that keeps HOME), who could not use it then."""
    there = os.path.dirname(folder)
    while not os.path.isdir(there):
        there = os.path.dirname(there)
    if hasattr(os, "geteuid") and os.geteuid() == 0 != os.stat(there).st_uid:
        raise PermissionError
    os.makedirs(folder, mode=0o700, exist_ok=True)


def _make_room(folder: str) -> None:
    """Remove the oldest entries when there are too many, or all together are too large."""
    with os.scandir(folder) as entries:
        found = [(entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in entries]
    left, number = sum(size for _, size, _ in found), len(found)
    for _, size, path in sorted(found):
        if left <= _ALL and number <= _MOST:
            break
        left, number = left - size, number - 1
        with suppress(FileNotFoundError):
            os.unlink(path)


def _disk(states: Iterable[tuple[str, bytes]]) -> bytes:
    """One digest of paths and their states, whatever their order."""
    return seen.digest(part for path, state in sorted(states) for part in (os.fsencode(path), state))


def _fields(data: bytes) -> Iterator[bytes]:
    """The fields of an entry. Raises ValueError if it is damaged."""
    at = 0
    while at < len(data):
        colon = data.index(b":", at)
        end = colon + 1 + int(data[at:colon])
        yield data[colon + 1 : end]
        at = end
