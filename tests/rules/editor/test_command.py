"""`halb-lint --lsp` on the command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.programs import run

ALONE = """
import sys
sys.modules["pygls"] = None
from rules.command.cli import main
sys.exit(main(["--lsp"]))
"""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x.cfg"], "leave out PATH"),
        (["--fix"], "leave out --fix"),
        (["--format", "json"], "leave out --format"),
        (["--live"], "leave out --live"),
        (["--select", "XY999"], "unknown rule 'XY999'"),
        (["--vip", "nonsense"], "nonsense"),
        (["--haproxy-version", "x"], "invalid --haproxy-version 'x'"),
    ],
)
def test_what_an_editor_has_no_use_for_is_refused(arguments: list[str], words: str) -> None:
    done = run("--lsp", *arguments)
    assert done.status == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_without_pygls_it_says_what_to_install() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'halb-wizard[lsp]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_nobody_at_the_other_end_is_an_end() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rules", "--lsp"], input=b"", capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr
