"""Which system each imported load balancer runs, where the files beside its configuration tell it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rules.files import read_regular
from rules.plan import Draft, KeyPath
from rules.text import clipped, listed

if TYPE_CHECKING:
    from wizard.importer import Imported

_MOST = 65536  # bytes; what os-release has is a few hundred
_DAEMONS = ("haproxy", "keepalived")
_RELEASE_FILES = {"alpine-release": "alpine", "redhat-release": "rhel", "SuSE-release": "suse"}
"""What packages of one family alone have in /etc. Debian and Ubuntu both have debian_version."""
_WORDS = re.compile(r"""^(ID|ID_LIKE)=["']?([^"'\n]*)""", re.MULTILINE)


def with_systems(imported: Imported) -> Imported:
    """The import with `os` at each load balancer whose /etc tells it, and a note on those whose files do not.

    Only the folder that a configuration was in, `etc/haproxy` or `etc/keepalived`, tells whose `etc` it is: everything
    else would be a guess, and stays unset, which stands for Debian.
    """
    draft = imported.draft
    values, notes, unknown = dict(draft.values), list(imported.notes), []
    for number, lb in enumerate(draft.load_balancers):
        name = lb.name or str(lb.address or f"load balancer {number + 1}")
        place = KeyPath("lb", number, "os")
        found = next(_systems(lb.imported or ()), None)
        if found is None:
            unknown.append(name)
            continue
        system, source = found
        values[place] = system
        notes.append(f"{name}: its system is {system}, as {clipped(str(source))} says")
    if unknown:
        notes.append(
            f"no file tells the system of {listed(unknown)}: it is taken for Debian; "
            'else write os = "rhel" or the like at its [[lb]]'
        )
    return imported._replace(draft=Draft(values), notes=tuple(notes))


def _systems(files: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """The system by each `etc` that one of the files is from, and what says so."""
    for folder in dict.fromkeys(Path(file).parent for file in files):
        etc = folder.parent
        if folder.name not in _DAEMONS or etc.name != "etc":
            continue
        for source in (etc / "os-release", etc.parent / "usr" / "lib" / "os-release"):
            if system := _of_words(_read(source)):
                yield system, source
        for name, system in _RELEASE_FILES.items():
            if (etc / name).is_file():
                yield system, etc / name


def _of_words(text: str) -> str:
    """The system that ID and ID_LIKE name, the first word that halb knows (os-release(5)); "" for none."""
    from wizard.render.distributions import DISTRIBUTIONS

    words = [
        word for _, value in sorted(_WORDS.findall(text), key=lambda line: line[0] != "ID") for word in value.split()
    ]
    ids = {word: system for system, row in DISTRIBUTIONS.items() for word in row.ids}
    return next((ids[word] for word in words if word in ids), "")


def _read(path: Path) -> str:
    try:
        return read_regular(path, _MOST).decode("utf-8", "replace")
    except OSError:
        return ""
