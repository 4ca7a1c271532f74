"""Signals to the wizard, at any moment: the terminal is as before, the draft is kept, the exit status says which."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminals import PATIENCE, Job, job

pytestmark = pytest.mark.slow

TYPED = "k.example.com"
ALTERNATE = "\x1b[?1049h"


@contextmanager
def wizard(folder: Path) -> Iterator[Job]:
    with job("--offline", f"{folder}/kacang/", HOME=str(folder), XDG_STATE_HOME=str(folder / "state")) as made:
        yield made


def fill_in(made: Job) -> None:
    """Go to the first step, and answer it."""
    made.until("begin")
    made.type("\r")
    made.until("kube-control")
    made.type(TYPED)
    made.until(TYPED)


def drafts(folder: Path) -> str:
    return "".join(path.read_text() for path in (folder / "state").rglob("*.toml"))


def test_it_is_stopped_and_continued_as_often_as_one_likes(tmp_path: Path) -> None:
    with wizard(tmp_path) as made:
        fill_in(made)
        drawn = made.changed()
        assert {"25", "1000", "1049"} <= drawn
        for _ in range(2):
            made.send(signal.SIGTSTP)
            assert made.report() == ("stopped", signal.SIGSTOP, True)
            assert made.changed() == set()
            made.until(TYPED, made.foreground())
            assert made.changed() == drawn
        made.send(signal.SIGSTOP)  # nobody can prepare for it; then only a new drawing helps
        assert made.report()[:2] == ("stopped", signal.SIGSTOP)
        made.until(TYPED, made.foreground())
        made.send(signal.SIGTERM)
        assert made.report() == ("ended", 143, True)
        assert made.changed() == set()
        assert "draft saved to" in made.seen
    assert TYPED in drafts(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_with_the_draft_saved(tmp_path: Path, number: int) -> None:
    with wizard(tmp_path) as made:
        fill_in(made)
        made.send(number)
        assert made.report() == ("ended", 128 + number, True)
        assert made.changed() == set()
        assert "Traceback" not in made.seen
    assert TYPED in drafts(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_moment_in_which_the_terminal_is_taken(tmp_path: Path, number: int) -> None:
    with wizard(tmp_path) as made:
        made.until(ALTERNATE)
        made.send(number)
        assert made.report() == ("ended", 128 + number, True)
        assert made.changed() == set()
        assert "Traceback" not in made.seen


def test_a_terminal_that_is_hung_up_ends_it_with_the_draft_saved(tmp_path: Path) -> None:
    with wizard(tmp_path) as made:
        fill_in(made)
        ended = os.pidfd_open(made.process)
        made.hang_up()
        assert select.select([ended], [], [], PATIENCE)[0]
        os.close(ended)
    assert TYPED in drafts(tmp_path)


def test_a_terminal_that_takes_nothing_more_does_not_keep_it(tmp_path: Path) -> None:
    with wizard(tmp_path) as made:
        fill_in(made)
        # Nobody reads from here on, until no more goes in.
        deadline = time.monotonic() + PATIENCE
        while not _waits_in_write(made.process):
            made.send(signal.SIGWINCH)
            assert time.monotonic() < deadline
        made.send(signal.SIGTERM)
        assert made.report(read=False) == ("ended", 143, True)
    assert TYPED in drafts(tmp_path)


def _waits_in_write(process: int) -> bool:
    """Whether a thread of it waits for the terminal to take what it writes."""
    try:
        waits = [path.read_text() for path in Path(f"/proc/{process}/task").glob("*/wchan")]
    except OSError:
        return False
    return any("tty_write" in place or "n_tty_write" in place or "wait_woken" in place for place in waits)
