"""The files that load balancers were imported from: what halb's files are compared with until they are written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from parsers.source import Source
from rules.files import HAPROXY, KEEPALIVED, kind_of, read_regular, reason
from rules.plan import shown
from wizard.plan.file import lb_files

if TYPE_CHECKING:
    from wizard.plan.plan import Balancer, Plan


class ImportedFile(NamedTuple):
    """A file that was imported: its path, its content and its mode."""

    path: Path
    data: bytes
    mode: int


class Origins(NamedTuple):
    """The imported files by the path of halb's own in its folder, and what there is to say about them."""

    files: Mapping[str, ImportedFile] = {}
    notes: tuple[str, ...] = ()


def origins_of(plan: Plan, folder: Path) -> Origins:
    """What the load balancers of a plan were imported from; `folder` has the plan's halb.toml. Nothing raises.

    Of several haproxy files, which one haproxy reads together, the first is what halb's is compared with.
    """
    found: dict[str, ImportedFile] = {}
    notes: list[str] = []
    for lb in plan.load_balancers:
        for path, origin in _files(lb, folder, notes):
            found.setdefault(path, origin)
    return Origins(found, tuple(dict.fromkeys(notes)))


def _files(lb: Balancer, folder: Path, notes: list[str]) -> Iterator[tuple[str, ImportedFile]]:
    haproxy, keepalived = lb_files(lb.name)
    first = ""
    for name in lb.imported or ():
        origin = _read(Path(os.path.normpath(folder / name)), notes)
        if origin is None:
            continue
        kind = kind_of(name, Source.from_bytes(name, origin.data).text)
        if kind == HAPROXY and first:
            notes.append(
                f"{lb.name}: haproxy reads {shown(name)} too, which stays as it is; what serves the endpoint there has "
                "to be removed by hand"
            )
        elif kind == HAPROXY:
            first = name
            yield haproxy, origin
        elif kind == KEEPALIVED:
            yield keepalived, origin


def _read(path: Path, notes: list[str]) -> ImportedFile | None:
    try:
        return ImportedFile(path, read_regular(path), stat.S_IMODE(path.stat().st_mode))
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        notes.append(f"{shown(str(path))}, which was imported, can't be compared with: {why}")
        return None
