"""Where sample expressions, ACL expressions and log formats stand in the lines of a haproxy.cfg."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rules.support.haproxy.acl_terms import CONDITIONAL

if TYPE_CHECKING:
    from collections.abc import Collection

    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.facts.haproxy.section import ProxySection
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

ACL, SAMPLE, FORMAT = "ACL", "sample", "format"


class SamplePlace(NamedTuple):
    """One expression: its kind, and its words (of an ACL: the expression, its options and its values).

    `where` is what a fetch must be usable for, at least one of these bits (`parsers.keywords.haproxy_samples.usable`),
    and `rules` how messages call such lines; no bit means that it does not matter or is not known.
    """

    kind: str
    words: Sequence[Word]
    where: int = 0
    rules: str = ""

    @property
    def word(self) -> Word:
        """The word that holds the expression."""
        return self.words[0]


_FORMATS = ("log-format", "log-format-sd", "error-log-format", "unique-id-format")
# Rules -> the bits of a frontend, and those of a backend. Measured with haproxy 2.6.12.
_COLUMNS = {
    "http-request": (1 << 3, 1 << 7),
    "http-response": (1 << 16, 1 << 12),
    "http-after-response": (1 << 16, 1 << 12),
    "tcp-request connection": (1 << 0, 0),
    "tcp-request session": (1 << 1, 0),
    "tcp-request content": (1 << 2, 1 << 6),
    "tcp-response content": (1 << 15, 1 << 11),
}
_REPLACED = (*_FORMATS, "balance")
_LOG_OPTIONS = frozenset(("httplog", "httpslog", "tcplog"))
_RULES = frozenset(("http-request", "http-response", "http-after-response", "tcp-request", "tcp-response"))
_CHECKS = frozenset(("http-check", "tcp-check"))
# Actions of rules: with an expression as the next word, and with log formats so many words later.
_SAMPLE_ACTIONS = (
    r"(?:set-var|do-resolve)\(|(?:capture|set-(?:src|dst)(?:-port)?|set-priority-(?:class|offset)|track-sc\d+)\Z"
)
_FORMAT_ACTIONS = {
    "set-header": (2,), "add-header": (2,), "early-hint": (2,), "replace-header": (3,), "replace-value": (3,),
    "replace-path": (2,), "replace-pathq": (2,), "replace-uri": (2,), "set-method": (1,), "set-path": (1,),
    "set-pathq": (1,), "set-query": (1,), "set-uri": (1,),
}  # fmt: skip
_FORMAT_CALLS = {"set-var-fmt": (1,), "add-acl": (1,), "del-acl": (1,), "del-map": (1,), "set-map": (1, 2)}
_ANSWERS = frozenset(("return", "deny", "tarpit"))
_REDIRECTS = frozenset(("location", "prefix", "scheme"))


def sample_places(proxy: Proxy, in_force: Collection[int]) -> Iterator[tuple[HaproxyLine, SamplePlace]]:
    """The expressions of a proxy that haproxy reads, keyword by keyword; lines under a condition are left out.

    `in_force` is what `lines_in_force` returns. Measured with 2.6.12: haproxy reads some settings only when it has read
    all of the file, and never those of a disabled proxy or those that a later line replaces.
    """
    section = proxy.section
    for keyword in section.index():
        reader = _READERS.get(keyword)
        if (reader is None and keyword not in CONDITIONAL) or (keyword == "stick" and not proxy.is_backend):
            continue
        if proxy.disabled and reader is _target:
            reader = None
        for line in section.all(keyword):
            if keyword in _REPLACED and id(line) not in in_force:
                continue
            if line.condition is not None or not (keyword in _ALWAYS or re.search(_SIGN, line.line_text)):
                continue
            for place in _places(line, reader):
                if place.kind == ACL:
                    yield line, place
                else:
                    rules = _rules_of(line)
                    yield line, place._replace(where=_where(rules, proxy), rules=rules)


def _rules_of(line: HaproxyLine) -> str:
    """`http-request`, `tcp-request content`: what decides about the fetches that can be used."""
    return f"{line.keyword} {line.first_arg}" if line.keyword in ("tcp-request", "tcp-response") else line.keyword


def _where(rules: str, proxy: Proxy) -> int:
    front, back = _COLUMNS.get(rules, (0, 0))
    return (front if proxy.is_frontend else 0) | (back if proxy.is_backend else 0)


def lines_in_force(config: HaproxyConfig) -> frozenset[int]:
    """`id(line)` of the log formats and `balance` lines that a proxy has in the end, its own or inherited ones."""
    found: set[int] = set()
    for proxy in config.proxies:
        for keyword in () if proxy.disabled else _REPLACED:
            if proxy.is_frontend or keyword not in ("log-format", "log-format-sd"):
                line = _last(proxy, keyword)
                if line is not None:
                    found.add(id(line))
    return frozenset(found)


def _last(proxy: ProxySection, keyword: str) -> HaproxyLine | None:
    """The line of this keyword that counts, unless an option for logs may replace it."""
    owner: ProxySection | None = proxy
    while owner is not None:
        if keyword == "log-format" and any(line.first_arg in _LOG_OPTIONS for line in owner.all("option")):
            return None
        if owner.has(keyword):
            return owner.get(keyword)
        owner = owner.defaults
    return None


def _places(line: HaproxyLine, reader: Reader | None) -> Iterator[SamplePlace]:
    args = line.args
    end = next((at for at, word in enumerate(args) if word.value in ("if", "unless") and not word.quoted), len(args))
    if line.keyword not in CONDITIONAL:
        end = len(args)
    if reader is not None:
        yield from reader(args[:end])
    yield from _anonymous(args[end + 1 :])


def _anonymous(words: Sequence[Word]) -> Iterator[SamplePlace]:
    """The ACL expressions in braces; one that is not closed is another rule's matter."""
    start = None
    for at, word in enumerate(words):
        if start is None:
            if word.value.lstrip("!") == "{":
                start = at + 1
        elif word.value == "}":
            if at > start:
                yield SamplePlace(ACL, words[start:at])
            start = None


def _acl(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if len(args) > 1:
        yield SamplePlace(ACL, args[1:])


def _format(args: Sequence[Word]) -> Iterator[SamplePlace]:
    yield from _formats(args, (0,))


def _formats(args: Sequence[Word], places: Sequence[int]) -> Iterator[SamplePlace]:
    for at in places:
        if at < len(args) and "%" in args[at].value:
            yield SamplePlace(FORMAT, (args[at],))


def _target(args: Sequence[Word]) -> Iterator[SamplePlace]:
    """A name that may be built at run time."""
    if args and "%[" in args[0].value:
        yield SamplePlace(FORMAT, (args[0],))


def _second(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if len(args) > 1:
        yield SamplePlace(SAMPLE, (args[1],))


def _balance(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if args and args[0].value == "hash":
        yield from _second(args)


def _stick(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if args and args[0].value in ("on", "match", "store-request", "store-response"):
        yield from _second(args)


def _redirect(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if len(args) > 1 and args[0].value in _REDIRECTS:
        yield from _formats(args, (1,))


def _http(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if not args:
        return
    action = args[0].value
    if re.match(_SAMPLE_ACTIONS, action):
        yield from _second(args)
    elif action == "redirect":
        yield from _redirect(args[1:])
    elif action in _ANSWERS:
        yield from _answer(args[1:])
    else:
        name, bracket, _ = action.partition("(")
        yield from _formats(args, _FORMAT_CALLS.get(name, ()) if bracket else _FORMAT_ACTIONS.get(action, ()))


def _answer(args: Sequence[Word]) -> Iterator[SamplePlace]:
    """`lf-string FORMAT` and `hdr NAME FORMAT`."""
    at = 0
    while at < len(args):
        option = args[at].value
        if option == "lf-string":
            yield from _formats(args, (at + 1,))
        elif option == "hdr":
            yield from _formats(args, (at + 2,))
        at += 3 if option == "hdr" else 1 if option == "default-errorfiles" else 2


def _tcp(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if args and args[0].value in ("connection", "session", "content"):
        yield from _http(args[1:])


def _check(args: Sequence[Word]) -> Iterator[SamplePlace]:
    if args and args[0].value.startswith("set-var("):
        yield from _second(args)


if TYPE_CHECKING:
    from collections.abc import Callable

    Reader = Callable[[Sequence[Word]], Iterator[SamplePlace]]

_READERS: dict[str, Reader] = {
    "acl": _acl,
    "balance": _balance,
    "stick": _stick,
    "use_backend": _target,
    "use-server": _target,
    **dict.fromkeys(_FORMATS, _format),
    **dict.fromkeys(_RULES, _tcp),
    **dict.fromkeys(("http-request", "http-response", "http-after-response"), _http),
    **dict.fromkeys(_CHECKS, _check),
}
_ALWAYS = frozenset(("acl", "balance", "stick"))
_SIGN = r"[{%(]|track-sc| (?:capture|set-)"  # a line of the others that has none of this has no expression
