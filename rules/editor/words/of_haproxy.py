"""What may stand at a place of haproxy.cfg."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.keywords.haproxy import NAMELESS_SECTIONS, haproxy_table
from parsers.keywords.haproxy_samples import sample_table
from parsers.keywords.meanings import haproxy_meanings
from rules.editor.names.haproxy import PROXY
from rules.editor.names.index import names_of
from rules.editor.words.keywords import LAYERED, RULES, SECOND, block_of, option_block
from rules.editor.words.proposals import Proposal, function, keyword, name, option, value
from rules.support.haproxy.acl_terms import BUILT_IN, CONDITIONAL
from rules.support.haproxy.vocabulary import PROXY_SECTIONS

if TYPE_CHECKING:
    from parsers.facts.haproxy import Proxy
    from parsers.haproxy import Section
    from parsers.keywords.haproxy import KeywordBlock
    from rules.editor.views import FileView

_PREFIXES = ("no", "default")
_LOGS = ("global", "stdout", "stderr", "/dev/log")
_ONE_OF = {
    "hash-type": ("map-based", "consistent"),
    "http-reuse": ("never", "safe", "aggressive", "always"),
    "load-server-state-from-file": ("global", "local", "none"),
    "log": _LOGS,
}
_OF_OPTION = {
    "verify": ("none", "required"),
    "on-marked-down": ("none", "shutdown-sessions"),
    "on-marked-up": ("none", "shutdown-backup-sessions"),
    "observe": ("layer4", "layer7"),
    "resolve-prefer": ("ipv4", "ipv6"),
    "init-addr": ("last", "libc", "none"),
    "level": ("user", "operator", "admin"),
    "ssl-min-ver": ("TLSv1.2", "TLSv1.3"),
    "ssl-max-ver": ("TLSv1.2", "TLSv1.3"),
}
_FROM = frozenset(("frontend", "backend", "listen", "defaults"))


def proposals(view: FileView, offset: int, front: str, word: str) -> tuple[list[Proposal], str]:
    """What may stand behind `front`, the line so far, and the part of `word` that is being typed."""
    words = front.split()
    while words and words[0] in _PREFIXES:
        del words[0]
    section = view.section_at(offset - len(word) - 1) if offset else None
    if not words:
        indented = front[:1] in (" ", "\t")
        return [*_keywords(view, section), *([] if indented and section else _sections(view))], word
    first = words[0]
    if first in haproxy_table().sections.known:
        return _header(view, words), word
    if section is None:
        return [], word
    return _in_line(view, section, words, word)


def _version(view: FileView) -> str | None:
    return view.run.options.settings.haproxy_version


def _block(
    view: FileView, block: KeywordBlock | None, title: str, make: Callable[[str, str, str], Proposal]
) -> Iterator[Proposal]:
    """The names of a block that the release accepts."""
    meanings = haproxy_meanings()
    for known in block.names(_version(view)) if block is not None else ():
        entry = block.exact(known) if block is not None else None
        meaning = meanings.get((title, known))
        word = known.removesuffix("(*)").removesuffix("*")
        since = entry.since if entry is not None else ""
        first = haproxy_table().versions[0]
        detail = f"since {since}" if since and since != first else ""
        yield make(word, detail, meaning.text if meaning is not None else "")


def _sections(view: FileView) -> list[Proposal]:
    found = []
    for proposal in _block(view, haproxy_table().sections, "sections", keyword):
        named = proposal.word not in NAMELESS_SECTIONS and proposal.word != "defaults"
        insert = f"{proposal.word} ${{1:NAME}}\n\t$0" if named else f"{proposal.word}\n\t$0"
        found.append(proposal._replace(insert=insert))
    return found


def _keywords(view: FileView, section: Section | None) -> list[Proposal]:
    if section is None:
        return []
    block = haproxy_table().section(section.keyword)
    return list(_block(view, block, block_of(section.keyword), keyword))


def _header(view: FileView, words: Sequence[str]) -> list[Proposal]:
    if words[0] not in _FROM:
        return []
    if words[-1] == "from":
        return [name(known, "defaults") for known in names_of(view.run).known("defaults", view.path)]
    return [keyword("from", "defaults to inherit from")] if "from" not in words else []


def _in_line(view: FileView, section: Section, words: list[str], word: str) -> tuple[list[Proposal], str]:
    first, count = words[0], len(words)
    proxy = _proxy(view, section)
    if first in CONDITIONAL and ("if" in words or "unless" in words):
        return _condition(view, proxy, words, word)
    if "%[" in word:
        return _samples(view), word.rpartition("%[")[2].rpartition(",")[2]
    if count == 1 and first in SECOND:
        title = SECOND[first]
        return list(_block(view, haproxy_table().block(title), title, value)), word
    if count == 1 and first in ("default_backend", "use_backend"):
        return [name(known, "backend") for known in _backends(view)], word
    if count == 1 and first in LAYERED:
        return [*map(value, LAYERED[first]), *([value("inspect-delay")] if section.keyword != "defaults" else [])], word
    if count == 1 and first in RULES:
        return list(_block(view, haproxy_table().actions(first), f"actions {first}", value)), word
    if count == 2 and words[1] in LAYERED.get(first, ()):
        rules = f"{first} {words[1]}"
        return list(_block(view, haproxy_table().actions(rules), f"actions {rules}", value)), word
    if count == 1 and first in _ONE_OF:
        return [*map(value, _ONE_OF[first])], word
    if first == "acl" and count >= 2:
        return _acl(view, words, word)
    if first == "use-server" and count == 1 and proxy is not None:
        return [name(server.name_text, "server") for server in proxy.servers], word
    if first in CONDITIONAL and section.keyword in PROXY_SECTIONS:
        return [*_options(view, words), keyword("if"), keyword("unless")], word
    return _options(view, words), word


def _options(view: FileView, words: list[str]) -> list[Proposal]:
    found = option_block(words[0])
    if found is None or len(words) <= found[1]:
        return []
    last = words[-1]
    names = names_of(view.run)
    if last in _OF_OPTION:
        return [value(known) for known in _OF_OPTION[last]]
    if last == "resolvers":
        return [name(known, "resolvers") for known in names.known("resolvers", view.path)]
    return list(_block(view, haproxy_table().block(found[0]), found[0], option))


def _condition(view: FileView, proxy: Proxy | None, words: Sequence[str], word: str) -> tuple[list[Proposal], str]:
    """Names of ACLs, or the fetches of an anonymous one."""
    if "{" in words and "}" not in words[len(words) - 1 - words[::-1].index("{") :]:
        return _samples(view) if words[-1] == "{" else [], word
    bare = word.lstrip("!")
    own = list(proxy.acls) if proxy is not None else []
    return [
        *(name(known, "acl") for known in own),
        *(value(known, "acl of haproxy itself") for known in sorted(BUILT_IN)),
        value("{", "an ACL without a name"),
        value("or"),
    ], bare


def _acl(view: FileView, words: Sequence[str], word: str) -> tuple[list[Proposal], str]:
    if len(words) == 2:
        table, version = sample_table(), _version(view)
        acls = [function(known, "acl keyword") for known in table.acls.names(version)]
        return [*acls, *_samples(view)], word.rpartition(",")[2]
    if words[-1] == "-m":
        return [value(known, "match method") for known in sample_table().matches.names(_version(view))], word
    return [option(known, "option") for known in ("-i", "-f", "-m", "-n", "-M", "-u")], word


def _samples(view: FileView) -> list[Proposal]:
    table, version = sample_table(), _version(view)
    return [
        *(function(known, "sample fetch") for known in table.fetches.names(version) if "*" not in known),
        *(function(known, "converter") for known in table.converters.names(version) if "*" not in known),
    ]


def _backends(view: FileView) -> list[str]:
    config = view.node.haproxy
    names = [p.section.name.value for p in config.backends if p.section.name is not None] if config is not None else []
    return names or names_of(view.run).known(PROXY, view.path)


def _proxy(view: FileView, section: Section) -> Proxy | None:
    config = view.node.haproxy
    every = (*config.proxies, *config.defaults) if config is not None else ()
    return next((proxy for proxy in every if proxy.section is section), None)
