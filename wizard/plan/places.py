"""Where the files of load balancers are, as a halb.toml in one folder or another names them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rules.plan import KeyPath, Plan
from wizard.plan.file import lb_files


def seen_from(path: str | Path, folder: Path) -> str:
    """A path as a halb.toml in `folder` has it: relative, unless both have nothing but the root in common."""
    there, here = os.path.abspath(path), os.path.abspath(folder)
    if os.path.commonpath([there, here]) == os.sep:
        return there
    return os.path.relpath(there, here).replace(os.sep, "/")


def placed(
    plan: Plan, more: Mapping[KeyPath, Any], source: Path, folder: Path, *, written: bool
) -> tuple[Plan, dict[KeyPath, Any]]:
    """A plan, and `more` values for its halb.toml, as they are in `folder`; their paths were relative to `source`.

    halb-lint reads the files that were imported until there are others: with `written`, those that halb writes. The
    numbers in `more` are those of halb.toml, as in the plan's `order`.
    """
    values, balancers = dict(more), []
    for number, lb in enumerate(plan.load_balancers):
        at = plan.at("lb.files", number)
        if not lb.imported:
            balancers.append(lb)
            continue
        imported = tuple(seen_from(source / path, folder) for path in lb.imported)
        if _same(values.get(at) or (), lb.imported, source):
            values[at] = tuple(lb_files(lb.name)) if written else imported
        balancers.append(lb._replace(imported=imported))
    return plan._replace(load_balancers=tuple(balancers)), values


def _same(one: Iterable[str], other: Iterable[str], folder: Path) -> bool:
    """Whether two lists name the same files."""
    return [os.path.abspath(folder / path) for path in one] == [os.path.abspath(folder / path) for path in other]
