"""install.sh on a folder that stands for a machine, and what the folder holds then."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

from tests.programs import Done
from tests.wizard.plans import ARTICLE
from tests.wizard.rendered import put_files
from wizard.render.files import render

# bash counts its commands and sends itself the signal before one of them; dash has no way to do that.
_COUNTING = """\
n=0
trap 'n=$((n+1)); [ $n != {at} ] || kill -s {signal} $$; echo "$n" >"$COUNTED"' DEBUG
set -T
"""

Tree = dict[str, tuple[int, str]]
"""Path -> mode and text."""


def rendered_folder(folder: Path) -> Path:
    """The rendered folder of the article's first load balancer."""
    put_files(folder, render(ARTICLE))
    return folder / ARTICLE.load_balancers[0].name


def machine(folder: Path) -> Path:
    """A machine with one of the three files, whose mode nobody expects, and without keepalived's folder."""
    files = {"etc/haproxy/haproxy.cfg": ("# mine\n", 0o604), "etc/hosts": ("127.0.0.1 localhost\n", 0o644)}
    for path, (text, mode) in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)
    return folder


def run(source: Path, root: Path, *arguments: str, at: int = 0, by: str = "KILL") -> Done:
    """install.sh --root; before its command number `at` it gets the signal `by`."""
    counting = root.parent / "counting"
    counting.write_text(_COUNTING.format(at=at, signal=by))
    done = subprocess.run(
        ["bash", str(source / "install.sh"), "--root", str(root), *arguments],
        env={
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "BASH_ENV": str(counting),
            "COUNTED": str(root.parent / "counted"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def tree(root: Path) -> Tree:
    """All files and folders but the backups, with modes and texts."""
    found = [path for path in root.rglob("*") if "var" not in path.relative_to(root).parts[:1]]
    return {
        path.relative_to(root).as_posix(): (
            stat.S_IMODE(path.stat().st_mode),
            path.read_text() if path.is_file() else "",
        )
        for path in found
    }


def backups(root: Path) -> list[Path]:
    """The folders of backups."""
    return sorted((root / "var" / "backups").glob("*"))


def commands(root: Path) -> int:
    """How many commands the last run on this machine, or on another one beside it, had."""
    return int((root.parent / "counted").read_text())
