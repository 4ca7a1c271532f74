"""HA033: backends, ACLs and userlists that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from parsers.source import Span
    from parsers.tree import Word

_NAMED = ("userlist", "resolvers", "cache", "peers")
_ENOUGH = 100  # names of a section that the text is searched for
_BEFORE, _AFTER = "(,'\"", "),'\""  # around a name in an expression, or in quotes
_BETWEEN = r"[^A-Za-z0-9_.:-]+"  # what names can not have


@rule("HA033", "unused-definition", Severity.INFO, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A backend, an ACL, or a userlist, resolvers, peers or cache section is never used.

    Why it hurts: it is checked, printed and maintained, but no client ever reaches it; most often a line that should
    use it is missing or names another one.

    How to fix: use it, or remove it.

    Silent when: the name occurs anywhere else, also in an expression (`nbsrv(NAME)`, `http_auth(NAME)`) or a comment;
    backends are chosen at run time (`use_backend %[...]`) or by Lua, or a line names one that is not there; nothing
    listens, as in a part of a configuration; or not all files are known. haproxy itself uses `resolvers default`.
    """
    if not config.complete or not any(frontend.binds for frontend in config.frontends):
        return
    if not config.global_.has("lua-load"):
        yield from _sections(config)
    for proxy in config.proxies:
        if proxy.certain and proxy.has("acl"):
            yield from _acls(proxy)


def _sections(config: HaproxyConfig) -> Iterator[Hit]:
    """The sections whose names occur where they are defined only."""
    found = [*_backends(config)]
    for kind in _NAMED:
        for name, sections in config.named(kind).items():
            if (kind, name) != ("resolvers", "default") and sections[0].name is not None:
                found.append((f"{kind} '{name}'", name, sections[0].name.span))
    if not found:
        return
    from collections import Counter
    from re import split

    words = Counter(word for document in config.documents for word in split(_BETWEEN, document.source.text))
    for label, name, span in found:
        if words[name] == 1:
            yield Hit(
                span, f"{label} is never used", help="use it, or remove the section with its lines", note="never used"
            )


def _backends(config: HaproxyConfig) -> Iterator[tuple[str, str, Span]]:
    """The backends with servers that no frontend names; none if a frontend names one that is not there."""
    uses = [use for frontend in config.frontends for use in frontend.use_backends]
    routes = [route for frontend in config.frontends for route in config.routes(frontend)]
    if any(use.dynamic for use in uses) or any(target is None for _, target in routes):
        return
    used = {id(target) for _, target in routes}
    for proxy in config.proxies:
        # A backend without servers may hold a stick table.
        if proxy.kind == "backend" and id(proxy) not in used and proxy.servers and proxy.certain and not proxy.disabled:
            name = proxy.name
            if name is not None and name.known:
                yield proxy.label, name.raw, name.span


def _acls(proxy: Proxy) -> Iterator[Hit]:
    """The ACLs of a section that none of its rules uses, judging by the section's text: there may be thousands."""
    defined: dict[str, list[HaproxyLine]] = {}
    if len(proxy.acl_lines) != len(proxy.all("acl")):
        return
    for acl in proxy.acl_lines:
        if acl.line.condition is not None:
            return
        defined.setdefault(acl.name, []).append(acl.line)
    from collections import Counter

    last = proxy.section.last_line()
    text = last.source.text[proxy.section.header.start : last.span.end]
    words: Counter[str] | None = None
    unused: list[tuple[str, Word]] = []
    lines_of: list[HaproxyLine] = []
    for name, lines in defined.items():
        if len(unused) > _ENOUGH:
            break
        if text.count(f" {name} ") > len(lines):
            continue
        if words is None:
            words = Counter(text.replace("!", " ").split())
        if words[name] > len(lines) or (text.count(name) > len(lines) and _inside(name, text)):
            continue
        plain = [line for line in lines if line.args[0].end - line.args[0].start == len(name)]
        unused += [(name, line.args[0]) for line in plain]
        lines_of += plain
    if unused:
        names = list(dict.fromkeys(name for name, _ in unused))
        what = f"the ACL '{names[0]}'" if len(names) == 1 else f"{len(names)} ACLs"
        named = "" if len(names) == 1 else f": {listed(names[:8])}{' ...' if len(names) > 8 else ''}"
        yield Hit(
            unused[0][1].span,
            f"{what} of {proxy.label} {'is' if len(names) == 1 else 'are'} never used{named}",
            help="remove the line" if len(unused) == 1 else "remove these lines",
            note="never used",
            fix=partial(Fix.remove, *(line.span for line in lines_of)),
            related=[(word.span, "never used") for _, word in unused[1:]],
        )


def _inside(name: str, text: str) -> bool:
    """Whether a name stands in parentheses or quotes."""
    return any(f"{before}{name}{after}" in text for before in _BEFORE for after in _AFTER)
