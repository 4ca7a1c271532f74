"""One word per idea: no two public classes of the product have one name."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def public_classes(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")}


def test_no_public_class_has_the_name_of_another() -> None:
    places: dict[str, list[str]] = {}
    for storey in ("parsers", "rules", "wizard"):
        for path in sorted((ROOT / storey).rglob("*.py")):
            for name in public_classes(path):
                places.setdefault(name, []).append(str(path.relative_to(ROOT)))
    assert len(places) > 300
    twice = {name: paths for name, paths in places.items() if len(paths) > 1}
    assert twice == {}


def test_no_folder_has_more_modules_than_one_can_look_over() -> None:
    loose = {
        str(folder.relative_to(ROOT)): sum(path.name != "__init__.py" for path in folder.glob("*.py"))
        for storey in ("rules", "wizard")
        for folder in (ROOT / storey, *(ROOT / storey).rglob("*"))
        if folder.is_dir()
    }
    # A folder of checks is a list: a rule is one file, however many there are.
    crowded = {folder: n for folder, n in loose.items() if n > 13 and not folder.startswith("rules/checks/")}
    assert crowded == {}
