"""Who imports whom in the product, by its source: also in functions, and for types alone.

`python -m tests.tools.import_graph` prints the circles.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("parsers", "rules", "wizard")

Graph = Mapping[str, frozenset[str]]
"""The modules that each module imports, among those of the product."""


def modules() -> dict[str, Path]:
    """The product's modules by name; a package is the module of its `__init__`."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports() -> Graph:
    """The graph of all modules. That a module loads the packages above it counts for nothing."""
    paths = modules()
    return {name: frozenset(_imported(path, paths)) - {name} for name, path in paths.items()}


def _imported(path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.module in known:
            assert node.level == 0, f"{path}: a relative import"
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                yield below if below in known else node.module


def circles(graph: Graph) -> list[tuple[str, ...]]:
    """The groups of modules that reach each other (strongly connected components), each sorted, the largest first."""
    reach = {name: _reachable(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reach[name] if name in reach[other])) for name in graph if name in reach[name]
    }
    return sorted(groups, key=lambda group: (-len(group), group))


def _reachable(graph: Graph, start: str) -> frozenset[str]:
    found: set[str] = set()
    rest = list(graph[start])
    while rest:
        name = rest.pop()
        if name not in found:
            found.add(name)
            rest += graph[name]
    return frozenset(found)


def folders(graph: Graph, above: str) -> Graph:
    """The graph with each folder directly below the package `above` as one module, and nothing from elsewhere."""
    found: dict[str, set[str]] = {}
    for name, others in graph.items():
        if name.startswith(f"{above}."):
            here = _folder(name, above)
            inside = {_folder(other, above) for other in others if other.startswith(f"{above}.")}
            found.setdefault(here, set()).update(inside - {here})
    return {name: frozenset(others) for name, others in found.items()}


def _folder(name: str, above: str) -> str:
    return ".".join(name.split(".")[: above.count(".") + 2])


def main() -> None:
    """Print the circles."""
    for group in circles(imports()):
        print(f"{len(group)}: {' '.join(group)}")


if __name__ == "__main__":
    main()
