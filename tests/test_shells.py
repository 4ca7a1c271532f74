"""The manual pages and the completions, in the programs that read them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rules.command.usage import parser as lint_parser
from tests.daemons import program
from tests.terminals import Job, job
from tests.tools.completions import SHELLS
from wizard.commands.parser import build

ROOT = Path(__file__).resolve().parents[1]
MAN, COMPLETIONS = ROOT / "docs/man", ROOT / "docs/completions"
_WITHOUT_DATE = re.compile(r'WARNING: missing date, using "": TH$')
_RC = f"PATH={Path(sys.executable).parent}:$PATH; PS1='ready> '; "
STARTS = {
    "bash": (("--norc", "--noprofile", "-i"), f"{_RC}. {COMPLETIONS}/halb-lint.bash; . {COMPLETIONS}/halb-wizard.bash"),
    "zsh": (("-f", "-i"), f"{_RC}fpath=({COMPLETIONS} $fpath); autoload -U compinit; compinit -D -u"),
}


@pytest.mark.daemon("mandoc")
@pytest.mark.parametrize("page", ["halb-lint.1", "halb-wizard.1", "halb.toml.5"])
def test_a_manual_page_is_as_man_wants_it(page: str) -> None:
    command: list[str | Path] = [program("mandoc"), "-T", "lint", "-W", "warning", MAN / page]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [line for line in done.stdout.splitlines() if not _WITHOUT_DATE.search(line)] == []


@pytest.mark.daemon("mandoc")
def test_a_manual_page_has_every_option_and_example() -> None:
    def shown(page: str) -> str:
        command: list[str | Path] = [program("mandoc"), "-T", "utf8", "-O", "width=200", MAN / page]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return re.sub(r".\x08", "", text)

    wizard, commands = build()
    parsers = {"halb-lint.1": [lint_parser()], "halb-wizard.1": [wizard, *commands.values()]}
    for page, found in parsers.items():
        text = shown(page)
        for parser in found:
            names = {name for action in parser._actions for name in action.option_strings if action.help}
            assert {name for name in names if not re.search(rf"(?m)^ +.*{name}\b", text)} == set()
    assert "halb-lint --explain vrid-mismatch" in shown("halb-lint.1")
    assert "virtual_router_id" in shown("halb.toml.5")


def type_in(shell: Job, keys: str, words: str) -> None:
    """Type, wait until the shell has written this, and take back what stands in the line."""
    since = len(shell.seen)
    shell.type(keys)
    shell.until(words, since)
    shell.type("\x15")


@pytest.mark.parametrize(
    "name",
    [pytest.param("bash", marks=pytest.mark.daemon("bash")), pytest.param("zsh", marks=pytest.mark.daemon("zsh"))],
)
def test_a_shell_completes_what_is_typed(name: str, tmp_path: Path) -> None:
    (tmp_path / "haproxy-lb1").mkdir()
    arguments, start = STARTS[name]
    with job(*arguments, program=[str(program(name))], cwd=tmp_path, HOME=str(tmp_path)) as shell:
        shell.type(f"{start}\r")
        shell.until("ready> ", len(shell.seen) + len(start))
        type_in(shell, "halb-wizard rehea\t", "halb-wizard rehearse")
        type_in(shell, "halb-lint --stat\t", "halb-lint --statistics")
        type_in(shell, "halb-lint --format sar\t", "halb-lint --format sarif")
        type_in(shell, "halb-lint --explain XN00\t\t", "XN002")
        type_in(shell, "halb-wizard rehearse --report hap\t", "halb-wizard rehearse --report haproxy-lb1")


@pytest.mark.daemon("fish")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("halb-wizard re", ["render", "rehearse"]),
        ("halb-lint --fix", ["--fix"]),
        ("halb-wizard verify --format ", ["json", "text"]),
        ("halb-lint --explain XN00", ["XN002"]),
        ("halb-lint hap", ["haproxy-lb1/"]),
    ],
)
def test_fish_completes_what_is_typed(line: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "haproxy-lb1").mkdir()
    files = "; ".join(f"source {COMPLETIONS}/{command}.fish" for command in ("halb-lint", "halb-wizard"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command: list[str | Path] = [program("fish"), "--no-config", "-c", f'{files}; complete -C "{line}"']
    env = {"PATH": path, "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert set(words) <= {found.partition("\t")[0] for found in done.stdout.splitlines()}, done.stderr


@pytest.mark.slow
def test_the_wheel_brings_them(tmp_path: Path) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "--target",
        "wheel",
        "--directory",
        tmp_path,
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        shared = {name.partition(".data/data/")[2]: wheel.read(name) for name in wheel.namelist()}
    for page in MAN.iterdir():
        assert shared[f"share/man/man{page.name[-1]}/{page.name}"] == page.read_bytes()
    assert len([name for name in shared if "complet" in name or "site-functions" in name]) == 2 * len(SHELLS)
