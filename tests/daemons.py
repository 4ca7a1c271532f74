"""What tests run beside Python, and the right to make network namespaces: markers `daemon`, `release` and `root`."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests import roots

_FOLDERS = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
_of_test: set[str] | None = None  # what the markers of the running test name; None where no test runs


def program(name: str) -> Path:
    """Where a program is. A test that asks has to name it in its marker `daemon`: there it is skipped, not here."""
    if _of_test is not None and name not in _of_test:
        raise AssertionError(f"this test runs {name}: mark it with daemon('{name}')")
    path = _found(name)
    if path is None:
        raise FileNotFoundError(f"{name} is not installed")
    return path


def lacking(programs: Iterable[str], *, root: bool) -> str | None:
    """What this machine lacks of these programs and of root's rights; None when nothing is missing."""
    missing = [name for name in programs if _found(name) is None]
    if missing:
        return f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed"
    return _rootless() if root else None


def is_marked(item: pytest.Item) -> bool:
    """Whether a test needs more than Python."""
    return any(item.get_closest_marker(name) for name in ("daemon", "release", "root"))


def is_optional(item: pytest.Item) -> bool:
    """Whether CI may lack what a test needs: it has only one other release of keepalived."""
    return any(set(marker.args) - {roots.IN_CI} for marker in item.iter_markers("release"))


def mark(item: pytest.Item) -> str | None:
    """Let `program` know what the test's markers name; returns what the machine lacks of that."""
    global _of_test  # noqa: PLW0603 - one test runs at a time
    if any(not marker.args for marker in item.iter_markers("daemon")):
        raise pytest.UsageError(f"{item.nodeid}: the marker daemon names no program")
    _of_test = {str(name) for marker in item.iter_markers("daemon") for name in marker.args}
    missing = lacking(sorted(_of_test), root=item.get_closest_marker("root") is not None)
    if missing is not None:
        return missing
    return next((why for marker in item.iter_markers("release") if (why := roots.lacking(*marker.args))), None)


def _found(name: str) -> Path | None:
    path = shutil.which(name, path=_FOLDERS)
    return None if path is None else Path(path)


@functools.cache
def _rootless() -> str | None:
    if os.geteuid() != 0:
        return "network namespaces and mounts need root"
    missing = [name for name in ("ip", "unshare", "mount") if _found(name) is None]
    if missing:
        return f"network namespaces need {', '.join(missing)}"
    done = subprocess.run(["unshare", "--net", "--mount", "true"], check=False, capture_output=True, text=True)
    return None if done.returncode == 0 else f"this machine lets root make no namespace: {done.stderr.strip()}"
