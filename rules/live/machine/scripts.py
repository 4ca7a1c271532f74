"""The programs that keepalived runs, and the configuration files: who may read, run and change them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from rules.live.machine.commands import find
from rules.live.machine.observed import SeenConfig, SeenFile, SeenScript

_LONGEST = 1 << 16  # bytes of a script that are read
_DEEPEST = 64  # folders
# Programs that checks are made of, and that a minimal machine lacks.
_TOOLS = (
    "curl",
    "wget",
    "nc",
    "ncat",
    "socat",
    "openssl",
    "pgrep",
    "pidof",
    "killall",
    "ss",
    "netstat",
    "kubectl",
    "jq",
)
# As the first word of a command: after the start of a line, `|`, `&`, `;`, `(`, `!`, or a word of the shell.
_CALLED = re.compile(
    rf"(?:^|[|&;(!`]|\b(?:if|then|else|do|while|until)\s)\s*(?:\w+=\S*\s+)*(?P<tool>{'|'.join(_TOOLS)})(?=\s|$)",
    re.MULTILINE,
)
_COMMENT = re.compile(r"(?:^|\s)#[^\n]*")


def look_at_scripts(paths: Iterable[str], root: Path = Path("/")) -> tuple[SeenScript, ...]:
    """The programs at these absolute paths, each once."""
    return tuple(_script(path, root) for path in dict.fromkeys(paths))


def _script(path: str, root: Path) -> SeenScript:
    own = root / path.lstrip("/")
    try:
        real = os.path.realpath(own, strict=True)
        chain = tuple(_chain(Path(real), root.resolve()))
    except FileNotFoundError:
        return SeenScript(path, "missing")
    except (OSError, ValueError):
        return SeenScript(path, "unreadable")
    label = ""
    with suppress(OSError, AttributeError):  # not every system has extended attributes
        label = os.getxattr(real, "security.selinux").decode("utf-8", "replace").rstrip("\0")
    head = _head(real)
    interpreter = _interpreter(head)
    there = not interpreter or (root / interpreter.lstrip("/")).exists()
    return SeenScript(path, "", chain, interpreter, there, tuple(_lacks(head)) if interpreter else (), label)


def _chain(path: Path, root: Path) -> Iterator[SeenFile]:
    """The file and the folders above it, up to the root."""
    for part in (path, *path.parents)[:_DEEPEST]:
        about = os.stat(part)
        shown = "/" + str(part.relative_to(root)) if part != root and part.is_relative_to(root) else str(part)
        yield SeenFile(shown, stat.S_IMODE(about.st_mode), about.st_uid, about.st_gid, stat.S_ISDIR(about.st_mode))
        if part == root:
            return


def _head(path: str) -> str:
    with suppress(OSError), open(path, "rb") as file:
        data = file.read(_LONGEST)
        return data.decode("utf-8", "replace") if data.startswith(b"#!") else ""
    return ""


def _interpreter(text: str) -> str:
    """The program after `#!` (execve(2)): what follows it is one argument."""
    words = text.partition("\n")[0][2:].split()
    return words[0] if words and words[0].startswith("/") else ""


def _lacks(text: str) -> Iterator[str]:
    """The tools that a shell script calls by name and that are not installed.

    One that the script asks for first (`command -v curl`) may be missing on purpose.
    """
    body = _COMMENT.sub("", text.partition("\n")[2])
    if "sh" not in text.partition("\n")[0]:
        return
    for tool in dict.fromkeys(match["tool"] for match in _CALLED.finditer(body)):
        asked_for = re.search(rf"(?:command\s+-[vV]|type(?:\s+-\w+)?|which|hash)\s+{tool}\b", body)
        defined = re.search(rf"^\s*(?:function\s+)?{tool}\s*\(\s*\)", body, re.MULTILINE)
        if not asked_for and not defined and find(tool) is None:
            yield tool


def script_account() -> bool:
    """Whether there is the account that keepalived runs scripts as when the file names none (keepalived.conf(5))."""
    import pwd

    try:
        pwd.getpwnam("keepalived_script")
    except KeyError:
        return False
    return True


def look_at_configs(paths: Iterable[str], root: Path = Path("/")) -> tuple[SeenConfig, ...]:
    """Mode and time of the configuration files; those that are not there are left out."""
    found = []
    for path in dict.fromkeys(paths):
        with suppress(OSError, ValueError):
            own = (root / path.lstrip("/")) if os.path.isabs(path) else Path(path)
            about = os.stat(own)
            real = own.resolve()
            passable = all(os.stat(folder).st_mode & stat.S_IXOTH for folder in real.parents)
            found.append(SeenConfig(path, stat.S_IMODE(about.st_mode), about.st_mtime, str(real), passable))
    return tuple(found)


def strays(root: Path = Path("/")) -> tuple[str, ...]:
    """Files in /etc/haproxy and /etc/keepalived whose name is nearly, but not quite, that of the configuration."""
    found = []
    for folder, wanted in (("etc/haproxy", "haproxy.cfg"), ("etc/keepalived", "keepalived.conf")):
        with suppress(OSError):
            found += [f"/{folder}/{name}" for name in sorted(os.listdir(root / folder)) if _is_slip(name, wanted)]
    return tuple(found)


def _is_slip(name: str, wanted: str) -> bool:
    """Whether one letter is missing, doubled, changed or swapped; `keepalived2.conf` and `haproxy.cfg.bak` are not."""
    stem, own = wanted.rpartition(".")[0], name.rpartition(".")[0]
    if name == wanted or abs(len(name) - len(wanted)) > 1 or own.startswith(stem):
        return False
    shorter, longer = sorted((name, wanted), key=len)
    at = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) != len(longer):
        return shorter[at:] == longer[at + 1 :]
    return name[at + 1 :] == wanted[at + 1 :] or (
        name[at : at + 2] == wanted[at : at + 2][::-1] and name[at + 2 :] == wanted[at + 2 :]
    )
