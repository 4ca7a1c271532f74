"""What the documents say is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.engine.registry import all_rules
from tests.programs import Done, run
from tests.tools.make_docs import GENERATED, ROOT
from wizard.commands.arguments import COMMANDS


@pytest.mark.parametrize("name", GENERATED)
def test_generated_text_is_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), f"{name} is stale; run 'make docs'"


def _helps() -> list[Done]:
    """The help of every command, at 80 columns."""
    commands = [run(command, "--help", COLUMNS="80", module="wizard") for command in COMMANDS]
    return [run("--help", COLUMNS="80"), run("--help", COLUMNS="80", module="wizard"), *commands]


def test_every_option_of_the_readme_exists() -> None:
    options = set(re.findall(r"--[a-z][a-z-]+", (ROOT / "README.md").read_text(encoding="utf-8")))
    helps = "".join(done.stdout for done in _helps())
    known = set(re.findall(r"--[a-z][a-z-]+", helps))
    assert options - known <= {"--no-index", "--find-links", "--control-plane-endpoint", "--rollback"}  # of others


def test_every_relative_link_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_help_fits_a_small_terminal() -> None:
    for done in _helps():
        assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_codes_in_the_documents_are_rules() -> None:
    codes = {rule.code for rule in all_rules()}
    pages = [Path("README.md"), Path("CONTRIBUTING.md"), *Path("docs/adr").glob("*.md")]
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert set(re.findall(r"\b(?:(?:PA|KA|HA|XN|HL|DN|HO|NT)\d{3}|K8\d{3})\b", text)) <= codes
