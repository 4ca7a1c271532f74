"""The wizard plays a rehearsal with the real daemons, from the review on, in a real terminal of 80x24."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.net.waiting import until
from tests.rehearsal.running import left_of
from tests.wizard.plans import ARTICLE
from tests.wizard.tui.support.terminal import Terminal
from wizard.plan.file import write_plan

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived", "openssl", "nsenter", "tmux"),
    pytest.mark.slow,
    pytest.mark.xdist_group("rehearsal-plans"),
]
PROGRAM = "wizard.rehearsal.apart.program"
LONGEST = 120.0  # seconds


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """The wizard at its review, with the article's plan."""
    (tmp_path / "home").mkdir()
    plan = tmp_path / "kacang" / "halb.toml"
    plan.parent.mkdir()
    plan.write_text(write_plan(ARTICLE), encoding="utf-8")
    plan.chmod(0o600)
    made = Terminal(tmp_path, options="--offline")
    made.wait_for("Change", "Nothing is written until you say so")
    made.press("enter")
    for title in ("DNS name", "Initial master", "Other control", "Virtual IP", "Load balancers", "VRRP:", "HAProxy:"):
        made.wait_for(f"─ {title}")
        made.press("ctrl+n")
    made.wait_for("Continue: write the files")
    yield made
    made.end()


def playing_of(terminal: Terminal) -> int:
    """The process that plays for the wizard; 0 while there is none."""
    found = subprocess.run(
        ["pgrep", "-P", str(terminal.process()), "-f", PROGRAM], capture_output=True, text=True, check=False
    )
    return int(found.stdout.split()[0]) if found.stdout else 0


def begin_everything(terminal: Terminal) -> int:
    """Play everything from the review on; gives the process that does, as soon as there is something of it."""
    terminal.press("r")
    terminal.wait_for("Everything: each failure alone")
    terminal.press("enter")
    terminal.wait_for("0 of ")
    process = playing_of(terminal)
    until(lambda: bool(left_of(process)), terminal.screen)
    return process


def test_the_wizard_rehearses_and_what_is_ended_leaves_nothing(terminal: Terminal) -> None:
    terminal.press("r")
    terminal.wait_for("The main failures")
    terminal.press("down")
    terminal.press("enter")
    shown = terminal.wait_for("✓ 5 events in", patience=LONGEST)
    assert "5 as predicted" in shown
    assert "✓ haproxy is killed on haproxy-lb1" in shown
    terminal.press("escape")
    terminal.wait_for("Continue: write the files")
    process = begin_everything(terminal)
    terminal.press("ctrl+c")
    terminal.wait_for("Continue: write the files")
    assert left_of(process) == []


def test_a_wizard_that_is_killed_takes_its_rehearsal_along(terminal: Terminal) -> None:
    process = begin_everything(terminal)
    terminal.kill()
    terminal.wait_for("ended with 137")
    until(lambda: not left_of(process), lambda: "\n".join(left_of(process)))
