"""The command line of `halb-wizard rehearse`, where nothing is played."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import run
from wizard.commands.arguments import parse_arguments
from wizard.commands.options import RehearseArguments


def test_the_options() -> None:
    words = ["lb1", "lb2", "--events", "power,haproxy", "--events", "lb1", "--pairs", "--runs", "3", "--jobs", "2"]
    given = parse_arguments(["rehearse", *words, "--format", "junit", "--report", "out", "--color", "never"])
    assert given == RehearseArguments(
        ("lb1", "lb2"), ("power", "haproxy", "lb1"), True, 3, 2, "junit", False, Path("out"), "haproxy", "keepalived",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--runs", "0"], "invalid --runs '0'; expected a number from 1 to 1000"),
        (["--jobs", "many"], "invalid --jobs 'many'; expected a number from 1 to 16"),
        (["--format", "jsn"], "invalid --format 'jsn'; did you mean 'json'?"),
        (["--root", "/no/such/place"], "--root: /no/such/place is no folder"),
        (["--evnts", "power"], "unknown option '--evnts'; did you mean '--events'?"),
        (["--report", ""], "--report can't be empty; name a folder"),
    ],
)
def test_wrong_usage_says_what_to_type(words: list[str], said: str) -> None:
    done = run("rehearse", *words, module="wizard")
    assert (done.status, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_program_that_is_missing_is_said(tmp_path: Path) -> None:
    done = run("rehearse", str(tmp_path), "--haproxy", "/no/such/haproxy", module="wizard")
    assert done.status == 2
    assert "--haproxy: '/no/such/haproxy' is no program that can be run" in done.stderr
