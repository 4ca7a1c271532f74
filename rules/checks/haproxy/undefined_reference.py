"""HA031: a name that the file does not define."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from parsers.grammar.haproxy import PLAIN
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.acl_terms import BUILT_IN, CONDITIONAL, condition_of
from rules.support.haproxy.references import inherited_resolvers, references
from rules.support.haproxy.samples.faults import faults_of
from rules.support.haproxy.samples.kinds import REFERENCE
from rules.support.haproxy.vocabulary import lost_sections
from rules.text.suggestions import hint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from parsers.facts.haproxy import HaproxyConfig, Option, Proxy
    from parsers.facts.values import Value
    from parsers.haproxy import HaproxyLine
    from parsers.source import Span
    from parsers.tree import Word
    from rules.engine.settings import RuleSettings

# haproxy itself defines resolvers 'default', from /etc/resolv.conf (measured with 2.6.12).
# haproxy looks for these when it has read a proxy, not for what a `defaults` section passes on.
_NOT_LOOKED_FOR = ("cache",)
_PREDEFINED = {("resolvers", "default")}
_SERVERS = ("server", "server-template", "default-server")


@rule("HA031", "undefined-reference", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A line refers to a backend, server, ACL, stick table, userlist or other section that does not exist.

    Why it hurts: haproxy refuses the file: "unable to find required default_backend", "no such ACL" (2.6 to 3.4). An
    ACL must be above the line that uses it, in the same section; adjacent terms mean "and", and the word `and` itself
    is read as the name of an ACL.

    How to fix: correct the name or define it; the help names the closest match.

    Silent when: the file has placeholders or unresolved conditions, so that not all of it is known; the name is built
    at run time (`use_backend %[...]`); the file has no backend at all, as in a part of a configuration; the proxy is
    disabled; or a misspelled section header explains it.
    """
    if not config.complete:
        return
    lost = lost_sections(config).names
    yield from _backends(config, lost)
    yield from _defaults(config)
    for fault in faults_of(config, REFERENCE, settings.haproxy_version):
        fix = partial(Fix.told, fault.span, fault.help) if "/" not in fault.span.text else None
        yield Hit(fault.span, fault.message, help=fault.help, note=fault.note, fix=fix)
    defined: dict[str, Collection[str]] = {}
    for proxy in (*config.defaults, *config.proxies):
        if not proxy.disabled:
            yield from _acls(proxy)
            if proxy.is_backend and proxy.kind != "defaults":
                yield from _servers(config, proxy)
            yield from _others(config, proxy, lost, defined)


def _backends(config: HaproxyConfig, lost: set[str]) -> Iterator[Hit]:
    names = [proxy.name.raw for proxy in config.backends if proxy.name is not None]
    if not names:
        return
    seen: set[Span] = set()
    for frontend in config.frontends:
        if frontend.disabled:
            continue
        targets: list[tuple[str, Value[str]]] = [
            ("use_backend", use.backend) for use in frontend.use_backends if not use.dynamic
        ]
        if frontend.default_backend is not None:
            targets.append(("default_backend", frontend.default_backend))
        for keyword, value in targets:
            name = value.value
            if not name or not value.certain or name in lost or config.backend(name) is not None or value.span in seen:
                continue
            seen.add(value.span)
            if config.frontend(name) is not None:
                message = f"'{keyword} {name}' names a frontend; it needs a 'backend' or 'listen' section"
            else:
                message = f"'{keyword} {name}': there is no 'backend' or 'listen' section '{name}'"
            advice = hint(name, names, f"add a section 'backend {name}'")
            fix = partial(Fix.told, value.span, advice)
            yield Hit(value.span, message, help=advice, note="not defined", fix=fix)


def _defaults(config: HaproxyConfig) -> Iterator[Hit]:
    names = {proxy.name.raw: proxy for proxy in config.defaults if proxy.name is not None}
    for proxy in (*config.defaults, *config.proxies):
        wanted = proxy.section.from_name
        if wanted is None or proxy.defaults_known or wanted.dynamic:
            continue
        later = names.get(wanted.value)
        if later is not None and later is not proxy:
            message = (
                f"'from {wanted.value}' is above 'defaults {wanted.value}'; haproxy reads the file from top to bottom"
            )
            related = [(later.span, "defined too late")]
            yield Hit(wanted.span, message, help=f"move 'defaults {wanted.value}' above it", related=related)
        else:
            message = f"'from {wanted.value}': there is no 'defaults {wanted.value}' above it"
            advice = hint(wanted.value, names, f"add a section 'defaults {wanted.value}'")
            yield Hit(wanted.span, message, help=advice, fix=partial(Fix.told, wanted.span, advice))


def _acls(proxy: Proxy) -> Iterator[Hit]:
    index = proxy.section.index()
    keywords = [keyword for keyword in CONDITIONAL if keyword in index]
    if not keywords:
        return
    defined: dict[str, HaproxyLine] = {}
    for acl in proxy.acl_lines:
        defined.setdefault(acl.name, acl.line)
    for keyword in keywords:
        if keyword == "stick" and proxy.kind == "frontend":
            continue  # haproxy does not read it there
        for line in proxy.all(keyword):
            condition = condition_of(line)
            if condition is None or line.condition is not None or not condition.certain:
                continue
            for word, name in condition.names:
                known = defined.get(name)
                if name not in BUILT_IN and (known is None or known.start > line.start):
                    hit = _acl_hit(proxy, word, name, known, defined)
                    hit.fix = partial(_acl_fix, proxy, line, word, known, hit.help)
                    yield hit
                    break


def _acl_hit(proxy: Proxy, word: Word, name: str, later: HaproxyLine | None, defined: Iterable[str]) -> Hit:
    if later is not None:
        message = f"the ACL '{name}' is used above its definition; haproxy reads the file from top to bottom"
        return Hit(
            word.span, message, help="move the 'acl' line above it", related=[(later.args[0].span, "defined too late")]
        )
    message = f"there is no ACL '{name}' in {proxy.label}"
    if name.lower() in ("and", "&&"):
        advice = f"remove '{name}': adjacent terms must all be true"
    elif name.lower() in ("or", "|"):
        advice = "write 'or' or '||'"
    elif name[0] in "()":
        advice = "conditions have no parentheses: repeat the terms, or define an ACL for that part"
    elif name[0] in "{}" or name[-1] == "}":
        advice = "an anonymous ACL needs spaces around its braces: '{ src 10.0.0.0/8 }'"
    else:
        advice = hint(name, (*defined, *BUILT_IN), f"add 'acl {name} ...' above the line")
    return Hit(word.span, message, help=advice, note="not defined")


def _acl_fix(proxy: Proxy, line: HaproxyLine, word: Word, later: HaproxyLine | None, advice: str) -> Fix | None:
    if later is None:
        if advice.startswith("remove"):
            return Fix.cut(word.span)
        return Fix.write(word.span, "or") if advice.startswith("write 'or'") else Fix.told(word.span, advice)
    defined = _by_name(proxy)[later.first_arg]
    if len(defined) != 1 or defined[0].condition is not None or "authorization" in defined[0].line_text.lower():
        return None
    return Fix.move(defined[0].span, line.span, "move the 'acl' line above it")


@lru_cache(maxsize=1)  # one finding after the other asks
def _by_name(proxy: Proxy) -> dict[str, list[HaproxyLine]]:
    found: dict[str, list[HaproxyLine]] = {}
    for line in proxy.all("acl"):
        found.setdefault(line.first_arg, []).append(line)
    return found


def _servers(config: HaproxyConfig, proxy: Proxy) -> Iterator[Hit]:
    """`use-server`, and `track`."""
    tracks = [track for server in proxy.servers if (track := server.option("track")) is not None]
    if not tracks and not proxy.has("use-server"):
        return
    names = {server.name_text for server in proxy.servers}
    if any(server.template or server.name.value is None for server in proxy.servers):
        return
    words = [line.args[0] for line in proxy.all("use-server") if line.args and line.condition is None]
    words = [word for word in words if not word.dynamic and "%[" not in word.value]
    for word in words:
        if word.value not in names:
            message = f"'use-server {word.value}': {proxy.label} has no server '{word.value}'"
            advice = hint(word.value, names, "name one of its servers")
            yield Hit(word.span, message, help=advice, fix=partial(Fix.told, word.span, advice))
    for track in tracks:
        if not track.value or not track.certain:
            continue
        if "/" in track.value:
            yield from _tracked(config, track)
        elif track.value not in names:
            message = f"'track {track.value}': {proxy.label} has no server '{track.value}'"
            advice = hint(track.value, names, "name a server that has checks")
            yield Hit(track.span, message, help=advice, fix=partial(Fix.told, track.span, advice))


@lru_cache(4)
def _mentions_resolvers(config: HaproxyConfig) -> bool:
    """Whether the word may be in the files: most of them have servers, and none has resolvers."""
    texts = [document.source.text for document in config.documents]
    if any("resolvers" in text for text in texts):
        return True
    variables = any("$" in text for text in texts)
    lines = (line for s in (*config.defaults, *config.proxies) for word in _SERVERS for line in s.all(word))
    # Quotes, escapes and variables may hide it.
    return any(line.kind != PLAIN or (variables and "$" in line.line_text) for line in lines)


def _others(config: HaproxyConfig, proxy: Proxy, lost: set[str], defined: dict[str, Collection[str]]) -> Iterator[Hit]:
    """`defined`: the names of each kind that was needed so far."""
    resolved = _mentions_resolvers(config)
    inherited = inherited_resolvers(proxy) if resolved and proxy.kind != "defaults" else ()
    for line, (kind, name, word) in (*references(proxy.section, servers=resolved), *inherited):
        if line.condition is not None or word.dynamic or "%[" in name or name in lost or (kind, name) in _PREDEFINED:
            continue
        if proxy.kind == "defaults" and kind in _NOT_LOOKED_FOR:
            continue
        known = defined.get(kind)
        if known is None:
            backends = (p.name.raw for p in config.backends if p.name is not None)
            known = defined[kind] = dict.fromkeys(backends if kind == "backend" else config.named(kind))
        if name not in known:
            message = f"there is no '{kind}' section '{name}'"
            advice = hint(name, known, f"add a section '{kind} {name}', or correct the name")
            fix = partial(Fix.told, word.span, advice) if word.value == name else None
            yield Hit(word.span, message, help=advice, note="not defined", fix=fix)
    yield from _external(config, proxy)


def _tracked(config: HaproxyConfig, track: Option) -> Iterator[Hit]:
    """`track BACKEND/SERVER`."""
    owner, _, name = track.raw.partition("/")
    other = config.backend(owner)
    if other is None or (other.server(name) is None and not any(s.template for s in other.servers)):
        what = f"there is no backend '{owner}'" if other is None else f"{other.label} has no server '{name}'"
        yield Hit(track.span, f"'track {track.raw}': {what}", help="write BACKEND/SERVER of a server that has checks")


def _external(config: HaproxyConfig, proxy: Proxy) -> Iterator[Hit]:
    option = proxy.effective_check if proxy.kind != "defaults" else None
    if (
        option is not None
        and option.value == "external-check"
        and option.certain
        and not config.global_.has("external-check")
    ):
        message = "'option external-check' needs 'external-check' in the 'global' section, which lacks it"
        yield Hit(option.span, message, help="add 'external-check' to 'global', or use another check")
