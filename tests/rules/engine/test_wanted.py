"""Rules that are about some words only are not loaded for files without them, and nothing is lost by that."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from rules import Options, checks, lint
from rules.engine.examples import cases_of
from rules.engine.registry import Scope, all_rules
from rules.engine.wanted import FILE_NAME, idle_modules
from tests.corpus import files
from tests.rules.examples import options_of
from tests.tools.make_docs import words_of_rules

WITH_WORDS = [rule for rule in all_rules() if rule.words]
ABOUT_FILES = (Scope.KEEPALIVED, Scope.HAPROXY, Scope.NODE, Scope.FLEET, Scope.GIVEN)
# A text with this is one that may hide words, so every rule is wanted for it.
GLUED = '# a"b\n'


def test_the_list_is_what_the_rules_declare() -> None:
    assert (Path(checks.__path__[0]) / FILE_NAME).read_text() == words_of_rules(), "run 'make docs'"


def test_words_are_words_and_belong_to_rules_about_files() -> None:
    for rule in WITH_WORDS:
        assert rule.scope in ABOUT_FILES, rule.code
        assert all(word and not word.split()[1:] and word.isascii() for word in rule.words), rule.code


@pytest.mark.slow
def test_no_rule_is_idle_where_it_finds_something() -> None:
    for rule in all_rules():
        for case in cases_of(rule.examples):
            _assert_same(case.files, options_of(case))


@pytest.mark.parametrize(("kind", "name"), [("haproxy", "haproxy.cfg"), ("keepalived", "keepalived.conf")])
def test_nor_in_files_of_all_shapes(kind: str, name: str) -> None:
    for path in files(kind):
        _assert_same({name: path.read_text(encoding="utf-8", errors="surrogateescape")}, Options())


def _assert_same(texts: Mapping[str, str], options: Options) -> None:
    """The same findings with all rules as with those that are wanted."""
    hiding = {name: text + GLUED if text.endswith("\n") else text for name, text in texts.items()}
    assert _found(texts, options) == _found(hiding, options), texts


def _found(texts: Mapping[str, str], options: Options) -> list[tuple[str, str, int]]:
    return [(f.code, f.location.file, f.location.line) for f in lint(texts, options).findings]


@pytest.mark.parametrize(
    "text",
    ["nopre'empt'", 'no"pre"empt', "no\\preempt", "${A}preempt", "no$A", "~LST(no,x)preempt", "# halb: ignore[KA012]"],
)
def test_a_text_that_may_hide_words_wants_every_rule(text: str) -> None:
    assert not idle_modules([text])


def test_the_apostrophes_of_a_comment_hide_nothing() -> None:
    assert idle_modules(["# the API's clients don't mind, we've been told\n"])


def test_a_long_text_wants_every_rule() -> None:
    assert not idle_modules(["# a comment\n" * 10_000])
    assert idle_modules(["# a comment\n"])


def test_modules_without_their_words_are_not_imported(tmp_path: Path) -> None:
    file = tmp_path / "keepalived.conf"
    file.write_text("vrrp_instance a {\n    interface eth0\n}\n")
    code = (
        f"from rules.command.cli import main; import sys; main([{str(file)!r}]); print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stderr.split()
    assert "rules.checks.keepalived.auth_pass_truncated" not in loaded
    assert "rules.checks.keepalived.no_virtual_address" in loaded
