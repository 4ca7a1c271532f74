"""Nodes whose service manager starts a keepalived that was killed again, as a drop-in of its unit says."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.engine.finding import NodeFiles

_FOLDER = "systemd/system/keepalived.service.d"  # from the folder above keepalived's (`/etc`): systemd.unit(5)

# systemd.service(5): the settings with which systemd starts a service again that a signal has ended.
_RESTART = re.compile(r"^[ \t]*Restart[ \t]*=[ \t]*(\S*)", re.MULTILINE)
_AFTER_A_SIGNAL = frozenset(("always", "on-failure", "on-abnormal", "on-abort"))


def restarted_nodes(nodes: Iterable[NodeFiles], files: Mapping[str, str]) -> frozenset[str]:
    """The names of the nodes with such a drop-in among the files (path -> text); the last setting of all counts.

    Drop-ins are read in the order of their names.
    """
    found = set()
    for node in nodes:
        folders = drop_in_folders([node])
        texts = [files[path] for path in sorted(files) if posixpath.dirname(path) in folders]
        said = [value for text in texts for value in _RESTART.findall(text)]
        if said and said[-1] in _AFTER_A_SIGNAL:
            found.add(node.name)
    return frozenset(found)


def drop_in_folders(nodes: Iterable[NodeFiles]) -> list[str]:
    """Where the drop-ins of keepalived's unit are for `lb1/etc/keepalived/keepalived.conf`: beside `keepalived`."""
    above = (posixpath.dirname(posixpath.dirname(path)) for node in nodes for path in node.keepalived)
    return sorted({posixpath.join(folder, _FOLDER) for folder in above if folder})
