"""Without root: the same rehearsal as the root of a user namespace, with a range of users there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import ROOT, environment
from tests.rehearsal.fleets import replaced, write_pair
from wizard.rehearsal import unprivileged

pytestmark = [
    pytest.mark.root,
    pytest.mark.slow,
    pytest.mark.xdist_group("rehearsal"),
]

# As a user's: this one is root, whose range of numbers stands in files that only this process sees.
_WITH_NUMBERS = """\
mount --make-rprivate / && printf 'root:200000:65536\\n' >"$1/numbers" && touch /etc/subuid /etc/subgid &&
mount --bind "$1/numbers" /etc/subuid && mount --bind "$1/numbers" /etc/subgid && shift && exec "$@"
"""
_AGAIN = "import sys; from wizard.rehearsal.unprivileged import again; sys.exit(again(['rehearse', *sys.argv[1:]]))"


def _rehearsed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", _WITH_NUMBERS, "sh", str(folder), sys.executable, "-c", _AGAIN, *arguments],
        cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip


@pytest.mark.skipif(shutil.which("newuidmap") is not None, reason="this system may give users numbers")
def test_without_numbers_it_says_so() -> None:
    assert unprivileged.refused()
    assert not unprivileged.is_inside()


@pytest.mark.daemon("haproxy", "keepalived", "openssl", "nsenter", "newuidmap")
def test_what_needs_no_root_is_rehearsed_and_what_does_is_said(tmp_path: Path) -> None:
    folders = write_pair(tmp_path, replaced("    enable_script_security\n", ""))
    done = _rehearsed(tmp_path, *folders, "--events", "lb1:haproxy", "--jobs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ lb1:haproxy" in done.stdout
    secured = _rehearsed(tmp_path, *write_pair(tmp_path / "secured"), "--events", "lb1:haproxy")
    assert secured.returncode == 2
    assert "keepalived then runs only scripts that belong to root" in secured.stderr
