"""The faces of folders: what they promise is there, and the wizard uses little else of rules."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FACES = sorted(
    ".".join(path.relative_to(ROOT).parent.parts)
    for path in (ROOT / "rules").rglob("__init__.py")
    if "lazily(" in path.read_text(encoding="utf-8")
)
MOST_MODULES = 13
"""So many modules of rules may the wizard import: nine faces, and a few modules that no face can name."""


@pytest.mark.parametrize("name", FACES)
def test_a_face_has_what_it_lists_and_nothing_that_hides_a_module(name: str) -> None:
    face = import_module(name)
    folder = ROOT.joinpath(*name.split("."))
    assert face.__all__
    for word in face.__all__:
        assert getattr(face, word) is not None
        assert not (folder / f"{word}.py").exists()
        assert not (folder / word).is_dir()
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nothing'"):
        face.nothing  # noqa: B018


@pytest.mark.parametrize("name", FACES)
def test_type_checkers_see_the_same_names(name: str) -> None:
    tree = ast.parse(ROOT.joinpath(*name.split("."), "__init__.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in tree.body if isinstance(node, ast.If) for alias in _names(node)}
    assert imported == set(import_module(name).__all__)


def _names(block: ast.If) -> Iterator[ast.alias]:
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        yield from node.names


def test_a_face_loads_nothing_by_itself() -> None:
    code = (
        f"import sys; before = set(sys.modules); import {', '.join(FACES)}; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name for name in done.stdout.split() if name.startswith(("rules.", "parsers"))}
    assert loaded <= {*FACES, "rules.faces", "rules.support"}


def test_the_wizard_imports_few_modules_of_rules() -> None:
    found = set()
    for path in (ROOT / "wizard").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "rules":
                found.add(node.module)
            elif isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names if alias.name.split(".")[0] == "rules")
    assert len(found) <= MOST_MODULES, sorted(found)
