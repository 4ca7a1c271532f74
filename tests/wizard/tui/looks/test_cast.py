"""The film of docs/article.cast is a whole run, and shows nothing of the machine on which it was recorded."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from screenshots.cast import FILM
from screenshots.walkthrough import SCENES
from tests.daemons import program
from tests.programs import ROOT
from tests.wizard.tui.support.pilot import PATIENCE

LONGEST = 120  # seconds
LARGEST = 400_000  # bytes


def lines() -> list[Any]:
    return [json.loads(line) for line in FILM.read_text(encoding="utf-8").splitlines()]


def test_it_is_a_film_that_players_understand() -> None:
    header, *events = lines()
    assert (header["version"], header["width"], header["height"]) == (2, 80, 24)
    times = [at for at, kind, text in events if kind == "o" and isinstance(text, str)]
    assert len(times) == len(events) > len(SCENES)
    assert times == sorted(times)
    assert times[-1] < LONGEST
    assert FILM.stat().st_size < LARGEST


def test_it_holds_nothing_of_the_machine() -> None:
    text = FILM.read_text(encoding="utf-8")
    for place in (ROOT, Path.home(), Path(tempfile.gettempdir())):
        assert f"{place}/" not in text


@pytest.mark.daemon("tmux")
def test_it_ends_with_written_files(tmp_path: Path) -> None:
    _, *events = lines()
    # Everything but the last two: the wizard's farewell, and the cursor's return.
    shown = replayed(tmp_path, "".join(text for _, _, text in events[:-2]), "Continue to the cutover")
    assert "What to do next:" in shown
    assert "written: kacang" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert replayed(tmp_path, "".join(text for _, _, text in events), "the files are in kacang")


def replayed(folder: Path, output: str, words: str) -> str:
    """What a terminal of 80x24 shows after this output, as soon as the words are there."""
    (folder / "output").write_text(output, encoding="utf-8")
    tmux = [str(program("tmux")), "-L", f"halb-{uuid.uuid4().hex[:8]}", "-f", "/dev/null"]
    size = ("-x", "80", "-y", "24")
    subprocess.run(
        [*tmux, "new-session", "-d", *size, "-e", "LANG=C.UTF-8", "cat output; exec cat"], cwd=folder, check=True
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            done = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True)
            if words.lower() in done.stdout.lower():
                return done.stdout
            assert time.monotonic() < deadline, done.stdout
            time.sleep(0.02)
    finally:
        subprocess.run([*tmux, "kill-server"], check=True)
