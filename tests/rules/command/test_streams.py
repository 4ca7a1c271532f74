"""Every command with each of its streams closed, full, or with nobody at the other end; and who may write to them."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import programs
from tests.programs import ROOT, Done
from tests.wizard.plans import ARTICLE
from tests.wizard.running import cluster
from wizard.plan.file import write_plan

PAIR = str(ROOT / "tests/cases/demo-pair")
FULL = "cannot write to stdout: no space left on device"
UNREAD = {"rules": 0, "wizard": 1}
"""The exit status where the reader has gone."""


class Command(NamedTuple):
    module: str
    arguments: tuple[str, ...]
    status: int

    def run(self, state: str, folder: Path) -> Done:
        """Run it with its streams in a state, such as "stdout full"; what it wrote to the others is in the result."""
        shutil.rmtree(folder / "out", ignore_errors=True)
        with ExitStack() as stack:
            out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
            stdin: int | None = stack.enter_context(open(os.devnull, "rb")).fileno()
            streams = {"stdin": stdin, "stdout": out.fileno(), "stderr": err.fileno()}
            for name in (name for name in streams if name in state or "all" in state):
                streams[name] = None if "closed" in state else stack.enter_context(_bad(state))
            status = programs.run_on(
                (streams["stdin"], streams["stdout"], streams["stderr"]),
                *self.arguments,
                module=self.module,
                cwd=folder,
            )
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode())
            return Done(status, *texts)


@contextmanager
def _bad(state: str) -> Iterator[int]:
    if "full" in state:
        with open("/dev/full", "wb", buffering=0) as file:
            yield file.fileno()
    else:
        reader, writer = os.pipe()
        os.close(reader)
        yield writer
        os.close(writer)


STATES = [
    *("stdin closed", "stdout closed", "stdout full", "stdout broken"),
    *("stderr closed", "stderr full", "stderr broken", "all closed"),
]


def commands(folder: Path, verify: tuple[str, ...]) -> list[Command]:
    (folder / "plan").mkdir()
    (folder / "plan/halb.toml").write_text(write_plan(ARTICLE))
    return [
        Command("rules", ("--help",), 0),
        Command("rules", ("--explain", "KA001"), 0),
        Command("rules", ("--list-rules",), 0),
        Command("rules", ("--list-files", PAIR), 0),
        Command("rules", ("--failover", PAIR), 1),
        Command("rules", ("--format", "json", PAIR), 1),
        Command("rules", ("--nope",), 2),
        Command("rules", ("missing.cfg",), 2),
        Command("wizard", (), 2),
        Command("wizard", ("--schema",), 0),
        Command("wizard", ("import", PAIR, "-o", "-"), 0),
        Command("wizard", ("import", "missing.cfg", "-o", "-"), 2),
        Command("wizard", ("render", "plan", "-o", "out", "--diff"), 1),
        Command("wizard", ("render", "plan", "-o", "out"), 0),
        Command("wizard", ("render",), 2),
        Command("wizard", verify, 1),
    ]


@pytest.mark.slow
def test_every_command_with_each_stream_in_each_state(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir()
    with cluster(tmp_path / "cluster") as made:
        for command in commands(tmp_path, made.asking):
            usual = command.run("as usual", tmp_path)
            assert usual.status == command.status, (command, usual)
            # A verify waits for answers
            for state in STATES if command.arguments[:1] != ("verify",) else STATES[1:4]:
                done = command.run(state, tmp_path)
                unheard = "stdout" in state and "closed" not in state and usual.stdout != ""
                wanted = command.status
                if unheard:
                    wanted = 2 if "full" in state else UNREAD[command.module]
                about = (command, state, done)
                assert done.status == wanted, about
                assert "Traceback" not in done.stdout + done.stderr, about
                assert "internal error:" not in done.stdout + done.stderr, about
                assert (FULL in done.stderr) == (unheard and "full" in state), about
                if "stdout" not in state and "all" not in state:
                    assert done.stdout == usual.stdout, about
                if "stderr" not in state and "all" not in state and not unheard:
                    assert done.stderr == usual.stderr, about


@pytest.mark.parametrize("closed", ["stdout", "stderr", "stdin"])
def test_a_file_never_becomes_a_stream_that_was_closed(tmp_path: Path, closed: str) -> None:
    """The next file that is opened has the lowest number that is free: what is printed must not end up in it."""
    found = tmp_path / "found.json"
    command = Command("rules", ("--format", "json", "--output", str(found), PAIR), 1)
    usual = command.run("as usual", tmp_path)
    text = found.read_text()
    found.unlink()
    assert command.run(f"{closed} closed", tmp_path).status == usual.status
    assert found.read_text() == text


@pytest.mark.parametrize("module", ["rules", "wizard"])
def test_a_new_interpreter_with_everything_closed(module: str) -> None:
    shell = f"exec {sys.executable} -m {module} --nope <&- >&- 2>&-"
    done = subprocess.run(["sh", "-c", shell], env=programs.environment(), cwd=ROOT, check=False)
    assert done.returncode == 2


def test_closed_stdin_is_said() -> None:
    for module, arguments in (("rules", ("-",)), ("wizard", ("import", "-", "-o", "-"))):
        done = Command(module, arguments, 2).run("stdin closed", ROOT)
        assert done.status == 2
        assert "there is no standard input: it is closed" in done.stderr


def test_a_slow_reader_of_a_pipe_that_does_not_block() -> None:
    arguments = ("--list-rules", "--format", "json")
    whole = Command("rules", arguments, 0).run("as usual", ROOT).stdout
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with open(reader, encoding="utf-8") as output:
        command = [sys.executable, "-m", "rules", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=programs.environment(), stdout=writer)
        os.close(writer)
        # Nobody reads before it has ended, or waits for somebody to do so.
        while process.poll() is None and "pipe" not in Path(f"/proc/{process.pid}/wchan").read_text():
            os.sched_yield()
        assert output.read() == whole
        assert process.wait() == 0


def test_nothing_else_writes_to_the_streams() -> None:
    """One module knows what can go wrong with them. Textual has the terminal while the wizard is open."""
    found = []
    for package in ("parsers", "rules", "wizard"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if not any(word in text for word in ("print(", "stdout", "stderr")):
                continue
            tree = ast.parse(text)
            uses = [
                node.lineno
                for node in ast.walk(tree)
                if (isinstance(node, ast.Name) and node.id == "print")
                or (isinstance(node, ast.Attribute) and node.attr in ("write", "flush", "writelines") and _std(node))
            ]
            found += [f"{path.relative_to(ROOT)}:{line}" for line in uses]
    assert {place.partition(":")[0] for place in found} == {"rules/command/streams.py"}


def _std(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Attribute) and node.value.attr.strip("_") in ("stdout", "stderr")
