"""install.sh stopped at each of its commands, by each signal: the files are the old ones or the new ones."""

from __future__ import annotations

import itertools
import re
import shutil
import signal
from pathlib import Path

import pytest

from tests.examples import ALL
from tests.wizard.render.installing import Tree, backups, commands, machine, rendered_folder, run, tree

pytestmark = [pytest.mark.slow, pytest.mark.deep]

_STRIDE = 1 if ALL else 13


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered_folder(tmp_path_factory.mktemp("rendered"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return machine(tmp_path / "root")


def places(root: Path) -> range:
    """The numbers of the commands at which to stop, from the run before."""
    return range(1, commands(root) + 1, _STRIDE)


def fresh(root: Path, copy: Path) -> Path:
    """The machine as it was, under another name."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy)
    return copy


@pytest.fixture
def states(source: Path, root: Path, tmp_path: Path) -> tuple[Tree, Tree, range]:
    """The machine before and after, and where to stop between."""
    done = run(source, fresh(root, tmp_path / "new"))
    assert done.status == 0
    assert len(places(root)) * _STRIDE > 100
    return tree(root), tree(tmp_path / "new"), places(root)


@pytest.mark.parametrize("by", ["TERM", "INT", "HUP"])
def test_whoever_stops_it_finds_the_old_files_or_the_new_ones(
    source: Path, root: Path, tmp_path: Path, states: tuple[Tree, Tree, range], by: str
) -> None:
    old, new, numbers = states
    seen = set()
    for at in numbers:
        copy = fresh(root, tmp_path / "copy")
        done = run(source, copy, at=at, by=by)
        number = signal.Signals[f"SIG{by}"]
        if done.status == 0:  # it was done, and the signal came too late
            assert tree(copy) == new, at
            continue
        # Before it has done anything it just ends.
        assert done.status == 128 + number or (done.status == -number and tree(copy) == old), (at, done)
        assert tree(copy) in (old, new), at
        if tree(copy) == old:
            assert not backups(copy), at
        else:
            assert not list(backups(copy)[0].glob("unfinished")), at
            assert run(source, copy, "--rollback", str(backups(copy)[0])).status == 0
            assert tree(copy) == old, at
        seen.add(re.sub(r":.*", "", done.stderr.removeprefix("install.sh: stopped")))
    assert len(seen) >= 3, seen


def test_after_a_kill_the_next_run_completes_and_leads_back_to_the_old_state(
    source: Path, root: Path, tmp_path: Path, states: tuple[Tree, Tree, range]
) -> None:
    old, new, numbers = states
    half = 0
    for at in numbers:
        copy = fresh(root, tmp_path / "copy")
        assert run(source, copy, at=at).status == -signal.SIGKILL, at
        if tree(copy) == new and not list(backups(copy)[0].glob("unfinished")):
            continue  # it was done
        half += tree(copy) not in (old, new)
        again = run(source, copy)
        assert again.status == 0, (at, again.stderr)
        assert tree(copy) == new, at
        back = again.stdout.splitlines()[-1].partition("--rollback ")[2]
        assert len(backups(copy)) == 1, at
        assert run(source, copy, "--rollback", back).status == 0
        assert tree(copy) == old, at
    assert half


def test_after_a_kill_the_old_state_can_be_had_at_once(
    source: Path, root: Path, tmp_path: Path, states: tuple[Tree, Tree, range]
) -> None:
    old, _, numbers = states
    for at in numbers:
        copy = fresh(root, tmp_path / "copy")
        run(source, copy, at=at)
        for kept in backups(copy):
            if (kept / "absent").exists():
                assert run(source, copy, "--rollback", str(kept)).status == 0, at
                assert tree(copy) == old, at


def test_a_rollback_that_was_killed_is_run_again(
    source: Path, root: Path, tmp_path: Path, states: tuple[Tree, Tree, range]
) -> None:
    old = states[0]
    assert run(source, root).status == 0
    arguments = ("--rollback", str(backups(root)[0]))
    run(source, fresh(root, tmp_path / "copy"), *arguments)
    numbers = places(root)
    for at, by in itertools.product(numbers, ("TERM", "KILL")):
        copy = fresh(root, tmp_path / "copy")
        run(source, copy, *arguments, at=at, by=by)
        assert run(source, copy, *arguments).status == 0
        assert tree(copy) == old, (at, by)


def test_what_was_changed_after_a_kill_is_not_written_over(
    source: Path, root: Path, tmp_path: Path, states: tuple[Tree, Tree, range]
) -> None:
    for at in states[2]:
        copy = fresh(root, tmp_path / "copy")
        run(source, copy, at=at)
        if not backups(copy) or tree(copy) in states[:2]:
            continue
        place = copy / "etc" / "haproxy" / "haproxy.cfg"
        place.write_text("# changed by hand\n")
        done = run(source, copy)
        assert done.status == 1
        assert f"{place} was changed after an earlier run was interrupted" in done.stderr
        assert place.read_text() == "# changed by hand\n"
        (backups(copy)[0] / "unfinished").unlink()
        assert run(source, copy).status == 0
        return
    pytest.fail("no kill left anything half done")
