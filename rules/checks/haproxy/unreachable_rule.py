"""HA040: rules that are never reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from rules.support.haproxy.conditions import Alternative

# Keyword -> the actions after which no further rule of the same set is looked at; () if every rule is one.
_FINAL: dict[str, tuple[str, ...]] = {
    "use_backend": (),
    "redirect": (),
    "http-request": ("deny", "tarpit", "reject", "silent-drop", "return", "redirect", "allow", "auth"),
    "http-response": ("deny", "return", "redirect", "silent-drop", "allow"),
    "tcp-request": ("accept", "reject", "silent-drop"),
    "tcp-response": ("accept", "reject", "silent-drop", "close"),
}
_ANSWERS = ("deny", "tarpit", "reject", "silent-drop", "return", "redirect")
# What may have another value when it is looked at again.
_CHANGING = ("rand(", "lua.", "_inc", "_clr", "var(", "uuid", "date")


@rule(
    "HA040",
    "unreachable-rule",
    Severity.WARNING,
    Scope.HAPROXY,
    words=("use_backend", "http-re", "tcp-re", "redirect", "acl"),
)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A rule is never reached, since one above it ends the search for everything that it would match.

    Why it hurts: haproxy takes the first `use_backend` that matches, and looks no further after `http-request deny`,
    `redirect`, `return` or `tcp-request content accept`. A `use_backend` below one without a condition, or below one
    whose condition is part of its own, gets no client (measured with 2.6.12, which warns only below an `http-request`
    that has no condition).

    How to fix: put the more exact rule above, or remove it.

    Silent when: a condition has a variable, `unless` with several terms, or something that may change between two
    looks (a counter, a random number, a variable); when a rule in between may change the request; for rules in
    `defaults`, and `use-server`, which passes over servers that are DOWN. A line that only says the same again is an
    info.
    """
    known = config.used(_FINAL)
    for proxy in config.proxies:
        keywords = [keyword for keyword in known if proxy.has(keyword)]
        if (not keywords and not proxy.has("acl")) or proxy.disabled or not proxy.certain:
            continue
        if proxy.effective_mode != "http":
            keywords = [keyword for keyword in keywords if keyword[:4] in ("use_", "tcp-")]
        for keyword in keywords:
            yield from _in_order(proxy, keyword, proxy.all(keyword))
        if "use_backend" in keywords and proxy.effective_mode == "http":
            yield from _answered(proxy)
        yield from _repeated_acls(proxy)


def _repeated_acls(proxy: Proxy) -> Iterator[Hit]:
    """`acl` lines that say what one above them says: lines of one name mean "or"."""
    lines = proxy.all("acl")
    if len({line.first_arg for line in lines}) == len(lines):
        return
    seen: dict[tuple[str, ...], HaproxyLine] = {}
    for line in lines:
        words = tuple(word.value for word in line.args)
        if line.condition is None and not line.dynamic and seen.setdefault(words, line) is not line:
            yield Hit(
                line.span,
                f"'acl {words[0] if words else ''}' has no effect here: the same line stands above",
                help="remove the line",
                note="once more",
                fix=partial(Fix.remove, line.span),
                related=[(seen[words].span, "the same")],
                severity=Severity.INFO,
            )


def _answered(proxy: Proxy) -> Iterator[Hit]:
    """`use_backend`, where an earlier set of rules has answered every request."""
    lines = [line for line in proxy.all("http-request") if line.first_arg in _ANSWERS]
    lines += proxy.all("redirect")
    if not lines:
        return
    from rules.support.haproxy.conditions import ALWAYS, alternatives_of

    line = next((line for line in lines if alternatives_of(line) == ALWAYS), None)
    if line is not None:
        yield _hit(proxy.all("use_backend")[0], line)


def _in_order(proxy: Proxy, keyword: str, lines: Sequence[HaproxyLine]) -> Iterator[Hit]:
    """The hits among the rules of one keyword; `tcp-request` has several sets of rules."""
    if len(lines) < 2:
        return
    sets: dict[str, list[HaproxyLine]] = {}
    for line in lines:
        sets.setdefault(line.first_arg if keyword.startswith("tcp-") else "", []).append(line)
    for name, rules in sets.items():
        if len(rules) > 1 and name != "inspect-delay":
            yield from _unreached(proxy, rules, _FINAL[keyword], 1 if name else 0)


def _differ(rules: list[HaproxyLine]) -> bool:
    """Whether each rule has a condition of one term, and no two the same: the usual case, seen without reading them."""
    words = [[word.value for word in line.args[-2:]] for line in rules]
    return all(len(pair) == 2 and pair[0] == "if" and pair[1] not in ("TRUE", "FALSE") for pair in words) and len(
        {pair[1] for pair in words}
    ) == len(words)


def _unreached(proxy: Proxy, rules: list[HaproxyLine], actions: tuple[str, ...], at: int) -> Iterator[Hit]:
    if _differ(rules):
        return
    from rules.support.haproxy.conditions import alternatives_of, keys_of

    above: dict[frozenset[tuple[bool, str]], HaproxyLine] = {}
    for line in rules:
        alternatives = alternatives_of(line)
        action = line.args[at].value if len(line.args) > at else ""
        if alternatives:
            found = [next((above[key] for key in keys_of(terms) if key in above), None) for terms in alternatives]
            before = found[0]
            if before is not None and None not in found:
                yield _hit(line, before)
                continue
        if actions and action not in actions:
            # It may change what later conditions look at.
            above = {key: known for key, known in above.items() if not key}
        elif alternatives and "%[" not in action and not _changes(proxy, alternatives):
            for terms in alternatives:
                above.setdefault(frozenset((term.negated, term.text) for term in terms), line)


def _changes(proxy: Proxy, alternatives: list[Alternative]) -> bool:
    for term in (term for alternative in alternatives for term in alternative):
        lines = [] if term.anonymous else proxy.acls.get(term.text, [])
        texts = [term.text, *(word.value for line in lines for word in line.args[1:])]
        if any(word in text for text in texts for word in _CHANGING) or any(line.dynamic for line in lines):
            return True
    return False


def _spoken(line: HaproxyLine) -> str:
    """The rule without its condition."""
    from rules.support.haproxy.conditions import start_of

    words = line.args[: start_of(line)]
    text = " ".join(word.value for word in words[:3])
    return f"{line.keyword} {text}"


def _hit(line: HaproxyLine, before: HaproxyLine) -> Hit:
    from rules.support.haproxy.conditions import ALWAYS, alternatives_of

    name, other = _spoken(line), _spoken(before)
    same = [w.value for w in line.args] == [w.value for w in before.args] or name == other
    always = alternatives_of(before) == ALWAYS
    why = "has no condition" if always else "matches all that it would match"
    where = "above it" if before.start < line.start else "runs first and"
    if same:
        return Hit(
            line.span,
            f"'{name}' has no effect here: the same rule {where} {why}",
            help="remove the line",
            note="never reached",
            fix=partial(Fix.remove, line.span),
            related=[(before.span, "applies instead")],
            severity=Severity.INFO,
        )
    return Hit(
        line.span,
        f"'{name}' is never reached: '{other}' {where} {why}",
        help="remove the line, or give the other one a condition"
        if line.keyword != before.keyword or always
        else f"move the line above '{other}', or remove the line",
        note="never reached",
        related=[(before.span, "applies instead")],
    )
