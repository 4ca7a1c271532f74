"""A server taken out of the haproxy.cfg of a load balancer, as when a control-plane node is replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.rehearsal.running.folders import HAPROXY, Laid
from wizard.rehearsal.staging.servers import PlayedServer

if TYPE_CHECKING:
    from rules.fleet import Node


def without(server: PlayedServer, node: Node, laid: Laid) -> dict[Path, str]:
    """The copies of haproxy's files that name a server, without its lines: each one's place and new text."""
    found = {}
    for path, inside in zip(node.files.haproxy, laid.haproxy, strict=True):
        lines = {line for source, line in _lines(server, node) if source == path}
        place = laid.mounts[HAPROXY] / Path(inside).relative_to(HAPROXY)
        if lines:
            text = place.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
            kept = ["" if number in lines else line for number, line in enumerate(text, 1)]
            found[place] = "\n".join(kept)
    return found


def replaced(texts: Mapping[Path, str]) -> dict[Path, str]:
    """Write these texts; gives those that were there before, for the way back."""
    before = {place: place.read_text(encoding="utf-8", errors="surrogateescape") for place in texts}
    for place, text in texts.items():
        place.write_text(text, encoding="utf-8", errors="surrogateescape")
    return before


def _lines(server: PlayedServer, node: Node) -> Iterator[tuple[str, int]]:
    """The file and line of each `server` line that is this server."""
    for backend in node.haproxy.backends if node.haproxy is not None else ():
        for line in backend.servers:
            here = line.address is not None and (not line.address.is_loopback or server.on == node.name)
            if line.address == server.address and here:
                yield line.span.source.path, line.span.line
