"""The daemons' messages beside the files and what halb says of them: what is new, and where it belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from os.path import abspath, dirname, join
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from parsers.source import Source, Span
from rules.engine.finding import Severity

if TYPE_CHECKING:
    from rules.engine.finding import Finding
    from rules.fleet.fleet import Fleet
    from rules.fleet.node import Node
    from rules.live.native.answers import NativeAnswers, Told, ToldLine

# About the machine that asks, not about the file: they count where the files are its own. Measured: keepalived 2.2.7,
# haproxy 2.6.12.
_OF_THE_MACHINE = re.compile(
    r"interface \S+ (?:for .+ )?doesn't exist|Non-existent interface|tracked interface \S+ doesn't exist"
    r"|not found/accessible|Unable to set default user|default user '.+' for script execution does not exist"
    r"|Unable to (?:find|determine) (?:uid|gid|user|group)|[Ss]cript user '.+' does not exist"
    r"|cannot find (?:user|group) id|could not resolve address|[Uu]nable to (?:load|stat) SSL|unable to open"
    r"|No such file|cannot (?:chroot|bind)|Cannot raise FD limit|can't open server state file",
)
_MISSING_INTERFACE = re.compile(r"interface (\S+) (?:for .+ )?doesn't exist")
_HEADER = re.compile(r"^(?:global|defaults|frontend|backend|listen|peers|resolvers|userlist|cache|program|ring|mailers"
                     r"|http-errors|fcgi-app|log-forward|crt-store|traces)\b[ \t]*(\S*)", re.MULTILINE)  # fmt: skip
_BLOCK = re.compile(r"^[ \t]*(?:vrrp_\w+|virtual_server\w*|global_defs|static_\w+)\b[ \t]*([^\s{]*)", re.MULTILINE)
_NAMED = {
    "haproxy": re.compile(r"(?:frontend|backend|listen|proxy|server|Proxy)\s+'([^'/]+)"),
    "keepalived": re.compile(r"\(([^()\s]+)\)|\b(?:script|instance|group) (\S+)"),
}


class NativeHit(NamedTuple):
    """A message that halb says nothing like: the node, the place, and the message."""

    node: Node
    span: Span
    line: ToldLine


class NativeView:
    """What the daemons said, for rules. `found` are the findings of the other rules."""

    def __init__(self, fleet: Fleet, answers: NativeAnswers, found: Iterable[Finding]) -> None:
        self._nodes = {node.name: node for node in fleet.nodes}
        self._answers = answers
        self._known: dict[str, list[tuple[int, Severity]]] = {}
        for finding in found:
            for place in (*finding.places, *finding.related):
                self._known.setdefault(abspath(place.file), []).append((place.line, finding.severity))

    def unknown(self) -> Iterator[tuple[str, str]]:
        """Which rule judged less than it could, and why: a daemon that is not here, failed, or stopped early."""
        codes = {"haproxy": "NT001", "keepalived": "NT002"}
        yield from ((codes[daemon], why) for daemon, why in self._answers.unasked.items())
        for told in self._answers.told:
            if told.failed:
                yield codes[told.daemon], f"{told.node}: {told.failed}"
            elif not self._answers.own and (lacking := _lacking(told)):
                yield (
                    codes[told.daemon],
                    f"{told.node}: this machine has no interface {', '.join(lacking)}, "
                    "so keepalived -t stopped before it had checked everything",
                )

    def news(self, daemon: str) -> Iterator[NativeHit]:
        """The messages of a daemon that are about the files, without those that a finding has already said.

        A finding has, if it is at least as severe and about the same line; for a message that names a section instead
        of a line, about one of that section's; for one that names nothing, about any line of the file.
        """
        for told in self._answers.told:
            node = self._nodes.get(told.node)
            if told.daemon != daemon or node is None:
                continue
            sources = _sources(node, daemon)
            for line in told.lines:
                if not self._answers.own and _OF_THE_MACHINE.search(line.text):
                    continue
                source, first, last = _extent(daemon, line, sources)
                least = Severity.ERROR if line.refused else Severity.WARNING
                if not self._has(source, first, last, least):
                    yield NativeHit(node, _words(source, first), line)

    def _has(self, source: Source, first: int, last: int, least: Severity) -> bool:
        return any(
            first <= line <= last and severity >= least for line, severity in self._known.get(abspath(source.path), ())
        )


def _lacking(told: Told) -> list[str]:
    found = (_MISSING_INTERFACE.search(line.text) for line in told.lines)
    return sorted({match[1] for match in found if match is not None})


def _sources(node: Node, daemon: str) -> list[Source]:
    if daemon == "haproxy":
        return [document.source for document in node.haproxy.documents] if node.haproxy else []
    return list(node.keepalived.document.sources) if node.keepalived else []


def _extent(daemon: str, line: ToldLine, sources: list[Source]) -> tuple[Source, int, int]:
    """The file, and the first and last line of what a message is about."""
    main = sources[0]
    if line.path is not None and line.line is not None:
        # An include is named as it was found from the folder of the file.
        paths = (abspath(line.path), abspath(join(dirname(abspath(main.path)), line.path)))
        source = next((source for source in sources if abspath(source.path) in paths), None)
        if source is not None:
            number = min(line.line, source.position(len(source.text))[0])
            return source, number, number
    names = [name for match in _NAMED[daemon].finditer(line.text) for name in match.groups() if name]
    starts = _HEADER if daemon == "haproxy" else _BLOCK
    for source in sources:
        headers = list(starts.finditer(source.text))
        for header, following in zip(headers, [*headers[1:], None], strict=True):
            if header[1] in names:
                last = source.position(following.start())[0] - 1 if following else source.position(len(source.text))[0]
                return source, source.position(header.start())[0], last
    return main, 1, main.position(len(main.text))[0]


def _words(source: Source, number: int) -> Span:
    """What is written on a line, without what is around it."""
    text = source.line(number)
    start = source.line_start(number)
    left = len(text) - len(text.lstrip())
    return source.span(start + left, start + max(len(text.rstrip()), left))
