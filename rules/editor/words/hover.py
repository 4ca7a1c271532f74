"""What is shown at a word: what a keyword means, its default and its releases; a definition; who has the VIP when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from parsers.keywords.haproxy import REMOVED, haproxy_table
from parsers.keywords.keepalived import block_path, keyword_of
from parsers.keywords.meanings import KeywordMeaning, haproxy_meanings, keepalived_meanings
from rules.editor.diagnostics import shown
from rules.editor.names.index import names_of
from rules.editor.words.keywords import word_of
from rules.failover.table.rows import FailoverTable
from rules.report.failover import render
from rules.report.style import Style
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import VrrpInstance
    from parsers.keywords.haproxy import HaproxyKeyword
    from parsers.keywords.keepalived import KeepalivedKeyword
    from parsers.source import Span
    from parsers.tree import Directive
    from rules.editor.views import FileView

_MOST_LINES = 12
_TABLE_WIDTH = 76


class HoverText(NamedTuple):
    """Markdown, and the stretch of the file that it is about."""

    text: str
    start: int
    end: int


def hover_at(view: FileView, offset: int) -> HoverText | None:
    """What is to be said at an offset of a file; None if that is nothing. No secret is in it."""
    line = view.line_at(offset)
    if line is not None and view.keepalived is not None and line.keyword == "vrrp_instance" and line.is_block:
        return _instance(view, line)
    name = names_of(view.run).at(view.path, offset)
    if name is not None:
        definitions = names_of(view.run).definitions(name.key, view.path)
        elsewhere = [found for found in definitions if found.span != name.span] if name.defines else definitions
        if elsewhere or not name.defines:
            words = _definitions(view, name.key.kind, name.key.name, [found.around for found in definitions])
            return HoverText(words, name.span.start, name.span.end)
    if line is None:
        return None
    return _of_haproxy(view, offset) if view.haproxy is not None else _of_keepalived(view, line, offset)


# -- keywords


def _of_haproxy(view: FileView, offset: int) -> HoverText | None:
    section = view.section_at(offset)
    line = view.haproxy_line(offset)
    found = word_of(section, line, offset) if section is not None and line is not None else None
    if found is None:
        return None
    meaning = haproxy_meanings().get((found.block, found.entry.name))
    lines = [
        f"**{found.written}**",
        *_meant(meaning),
        *_releases(found.entry, view.run.options.settings.haproxy_version),
    ]
    return HoverText("\n\n".join(lines), found.word.start, found.word.end)


def _meant(meaning: KeywordMeaning | None) -> list[str]:
    if meaning is None:
        return []
    return [meaning.text, *([f"Default: {meaning.default}"] if meaning.default else [])]


def _releases(entry: HaproxyKeyword, version: str | None) -> list[str]:
    """Which haproxys know it, of those that halb knows."""
    every = haproxy_table().versions
    known = entry.versions
    words = []
    if not known:
        words.append(f"No haproxy from {every[0]} on accepts it.")
    elif known == every:
        words.append(f"Known to haproxy {every[0]} and later.")
    elif known[-1] == every[-1]:
        words.append(f"Since haproxy {known[0]}.")
    else:
        first = "Up to" if known[0] == every[0] else f"From haproxy {known[0]} to"
        words.append(f"{first} {'haproxy ' if first == 'Up to' else ''}{known[-1]}.")
    if entry.status() == REMOVED or entry.dropped:
        words.append(f"Removed in {entry.dropped or 'later releases'}.")
    if version is not None and entry.status(version) != "accepted":
        words.append(f"The haproxy here, {version}, does not accept it.")
    flags = entry.flags
    if "HTTP" in flags:
        words.append("In mode http only.")
    if ("FE" in flags) != ("BE" in flags):
        words.append("For frontends only." if "FE" in flags else "For backends only.")
    found = [" ".join(words)]
    return [*found, f"Instead: {entry.instead}"] if entry.instead else found


def _of_keepalived(view: FileView, line: Directive, offset: int) -> HoverText | None:
    words = line.words
    if not words or not words[0].start <= offset <= words[0].end or words[0].source is not view.source:
        return None
    entry = keyword_of(line)
    if entry is None:
        return None
    return HoverText(keepalived_words(entry, block_path(line.parent)), words[0].start, words[0].end)


def keepalived_words(entry: KeepalivedKeyword, block: str) -> str:
    """What is known of a keyword of keepalived.conf: meaning, default, range, and since which release."""
    usage = " { ... }" if entry.takes_block else ""
    lines = [f"**{entry.name}**{f' `{entry.usage}`' if entry.usage else ''}{usage}"]
    lines += _meant(keepalived_meanings().get((block, entry.name)))
    if entry.enum:
        lines.append(f"One of {listed(entry.enum, 'or')}.")
    elif entry.minimum is not None and entry.maximum is not None:
        unit = {"s": " seconds", "ms": " milliseconds"}.get(entry.unit or "", "")
        low, high = f"{entry.minimum:.10g}", f"{entry.maximum:.10g}"
        what = f"At most {high} characters count." if entry.name == "auth_pass" else f"From {low} to {high}{unit}."
        lines.append(what)
    elif entry.name == "auth_pass" and entry.maximum is not None:
        lines.append(f"At most {entry.maximum:.10g} characters count.")
    if entry.decimal_since is not None:
        lines.append(f"Fractions are accepted since {entry.decimal_since}.")
    lines += _since(entry)
    return "\n\n".join(lines)


def _since(entry: KeepalivedKeyword) -> list[str]:
    if entry.since is None:
        return []
    if entry.since == "git":
        return ["After keepalived 2.4.3: not in a release yet."]
    words = "In keepalived 1.2.1 and later." if entry.since == "1.2.1" else f"Since keepalived {entry.since}."
    return [f"{words} Deprecated: {entry.deprecated}." if entry.deprecated else words]


# -- names


def _definitions(view: FileView, kind: str, name: str, places: Sequence[Span]) -> str:
    if not places:
        return f"nothing in these files defines the {kind} '{shown(name)}'"
    lines = []
    for place in places[:3]:
        lines += _excerpt(view, place)
    return "```\n" + "\n".join(lines[:_MOST_LINES]) + "\n```"


def _excerpt(view: FileView, place: Span) -> list[str]:
    """A definition's lines, without secrets: of a block or a section those of its beginning."""
    source = place.source
    first = place.line
    last = _end_of(view, place)
    return [shown(view.run.secrets.line(source, number)) for number in range(first, min(last, first + _MOST_LINES) + 1)]


def _end_of(view: FileView, place: Span) -> int:
    for node in view.run.fleet.nodes:
        for document in node.haproxy.documents if node.haproxy is not None else ():
            for section in document.sections if document.source is place.source else ():
                if section.header.start <= place.start <= section.header.span.end and section.line_count:
                    return section.last_line().span.line
        for block in node.keepalived.document.children if node.keepalived is not None else ():
            if block.span == place and block.close is not None and block.close.source is place.source:
                return block.close.line
    return place.line


# -- failover


def _instance(view: FileView, line: Directive) -> HoverText:
    """Who has the addresses of an instance after each failure, and what the keyword means."""
    entry = keyword_of(line)
    words = keepalived_words(entry, "(root)") if entry is not None else "**vrrp_instance**"
    table = view.run.failover(pairs=False)
    name = line.words[1].value if len(line.words) > 1 else ""
    vips = {vip.address for i in _instances(view, line) for vip in (*i.usable_vips, *i.excluded_vips)}
    blocks = [
        block
        for block in table.blocks
        if (set(block.vips) & vips) or (not block.vips and block.instance == name and view.node.name in block.nodes)
    ]
    single = [
        block._replace(rows=tuple(row for row in block.rows if len(row.events) <= 1))
        for block in blocks
        if view.node.name in block.nodes
    ]
    if single:
        text = render(FailoverTable(tuple(single)), Style(False, _TABLE_WIDTH))
        words = f"After each failure:\n\n```\n{text.rstrip()}\n```\n\n{words}"
    return HoverText(words, line.span.start, line.span.end)


def _instances(view: FileView, line: Directive) -> list[VrrpInstance]:
    config = view.node.keepalived
    return [i for i in (config.instances if config is not None else ()) if i.directive is line]
