"""Renaming: every place with a name, in the files of all nodes of the cluster; refused where that could break them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rules.editor.names.haproxy import PROXY
from rules.editor.names.index import names_of
from rules.fixes.edits import Change

if TYPE_CHECKING:
    from rules.editor.names.occurrences import NameKey, Occurrence
    from rules.engine.run import Run

# haproxy 2.6 to 3.2 refuses other characters in the names of proxies, servers and sections ("invalid character").
_OF_HAPROXY = re.compile(r"[A-Za-z0-9_.:-]+")
# keepalived takes any word; these would end it, begin a comment, or be a definition's name.
_OF_KEEPALIVED = re.compile(r"[^\s{}\"'#!$@~]+")
_CHOOSING = {PROXY: "use_backend", "server": "use-server"}
"""The keywords whose argument may be an expression: then a map, a request or a variable has the name."""
_KEEPALIVED = ("vrrp", "track_file", "bfd_instance", "virtual_server_group")


class RenameError(Exception):
    """A name that is not renamed; the message says why, or what to write."""


def renamable(run: Run, path: str, offset: int) -> Occurrence:
    """The name at a place that can be renamed; raises RenameError."""
    found = names_of(run).at(path, offset)
    if found is None:
        raise RenameError("there is no name here that is defined in these files")
    if not names_of(run).definitions(found.key, path):
        raise RenameError(f"nothing in these files defines '{found.key.name}'")
    return found


def renamed(run: Run, path: str, offset: int, new: str) -> list[Change]:
    """The changes that give another name to what is at a place; raises RenameError."""
    found = renamable(run, path, offset)
    key = found.key
    _check(key, new)
    names = names_of(run)
    places = names.every(key, path)
    taken = [o for o in names.every(key._replace(name=new), path) if o.defines]
    if taken and new != key.name:
        at = taken[0].span
        raise RenameError(f"there is a {key.kind} '{new}' already, in {at.source.path} line {at.line}")
    changes = []
    for place in places:
        text = place.span.text
        start, end = place.span.start, place.span.end
        if text != key.name:
            if text[1:-1] != key.name or text[:1] not in ("'", '"'):
                where = f"{place.span.source.path} line {place.span.line}"
                raise RenameError(f"in {where} the name comes from a variable or has escapes; change that by hand")
            start, end = start + 1, end - 1
        changes.append(Change(place.span.source.path, start, end, new))
    return list(dict.fromkeys(changes))


def chosen_at_run_time(run: Run, path: str, key: NameKey) -> str:
    """A sentence about a line that chooses a backend or server by an expression; "" without such a line.

    What the expression gives, such as the values of a map, is in no file that halb-lint reads.
    """
    keyword, nodes = _CHOOSING.get(key.kind), names_of(run).nodes(path)
    if keyword is None:
        return ""
    configs = [node.haproxy for node in run.fleet.nodes if node.name in nodes and node.haproxy is not None]
    for line in (line for config in configs for proxy in config.proxies for line in proxy.all(keyword)):
        if line.args and "%[" in line.args[0].value:
            at = f"{line.span.source.path} line {line.span.line}"
            return f"{at} chooses at run time: where a map has the name '{key.name}', change it too"
    return ""


def _check(key: NameKey, new: str) -> None:
    of_keepalived = key.kind.startswith(_KEEPALIVED)
    allowed = _OF_KEEPALIVED if of_keepalived else _OF_HAPROXY
    if not allowed.fullmatch(new):
        wanted = "a word without blanks, quotes, braces and comment characters" if of_keepalived else (
            "letters, digits, '-', '_', '.' and ':' only"
        )  # fmt: skip
        raise RenameError(f"'{new}' can't be the name of a {key.kind}; write {wanted}")
