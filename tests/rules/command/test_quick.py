"""The quick start of halb-lint leaves everything as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import ROOT


def run(code: str, folder: Path) -> str:
    """What a fresh interpreter prints that finds the folder's packages first."""
    lines = f"import sys; sys.path[:0] = {[str(folder), str(ROOT)]}; from rules.command.quick import start_quickly\n"
    command = [sys.executable, "-c", f"{lines}start_quickly()\n{code}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_modules_are_those_that_are_found_otherwise_too(tmp_path: Path) -> None:
    code = "import parsers.grammar.common as c, rules.engine as e; print(c.__file__, c.__spec__.cached, *e.__path__)"
    quick = run(code, tmp_path)
    usual = run(f"sys.meta_path.pop(0)\n{code}", tmp_path)
    assert quick == usual
    assert quick.split()[0] == str(ROOT / "parsers" / "grammar" / "common.py")


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    code = "try:\n    import rules.nothing\nexcept ModuleNotFoundError as error:\n    print(error.name)"
    assert run(code, tmp_path) == "rules.nothing"


def test_pyparsing_is_there_without_unittest(tmp_path: Path) -> None:
    code = "import pyparsing; print(pyparsing.Word('a').parse_string('aa')[0], 'unittest' in sys.modules)"
    assert run(code, tmp_path) == "aa False"


@pytest.mark.parametrize("use", ["TestParseResultsAsserts()", "names['a']", "value + 1"])
def test_a_pyparsing_that_needs_its_testing_module_gets_it(tmp_path: Path, use: str) -> None:
    package = tmp_path / "pyparsing"
    package.mkdir()
    (package / "__init__.py").write_text(f"from . import testing\nfrom .core import made\nused = testing.{use}\n")
    (package / "core.py").write_text("made = True\n")
    (package / "testing.py").write_text("TestParseResultsAsserts, names, value = dict, {'a': 1}, 2\n")
    assert run("import pyparsing; print(pyparsing.made, pyparsing.used)", tmp_path).startswith("True ")
