"""HA047: http-check rules that no check uses."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from parsers.source import Span

_RULES = ("expect", "send", "connect")


@rule("HA047", "http-check-without-option", Severity.WARNING, Scope.HAPROXY, words=("http-check",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A section has `http-check` rules but no `option httpchk`, or another check option below it.

    Why it hurts: haproxy ignores the rules, with a warning that is easily missed, and only opens a connection: a
    server that answers 401 or 500 is UP (measured with 2.6.12).

    How to fix: `option httpchk GET /readyz`, in place of another check option; for a port with TLS also `check-ssl
    verify none` on the servers.

    Silent when: no server is checked, the section inherits a check option that is not known, or a line depends on a
    variable or a condition. Two check options in one section are HA009's.
    """
    api = {id(proxy.backend) for proxy in api_proxies(config)}
    seen: set[Span] = set()
    for backend in config.backends:
        rules = _rules(backend)
        option = backend.effective_check
        if not rules or not backend.certain or (option is not None and not option.certain):
            continue
        own = [value.value for value in (*backend.check_options, option) if value is not None]
        if "httpchk" in own or not any(s.check for s in backend.servers):
            continue
        span = option.span if option is not None else rules[0].span
        if span not in seen:
            seen.add(span)
            yield _hit(backend, rules, id(backend) in api)


def _rules(backend: Proxy) -> list[HaproxyLine]:
    """The lines that say what an HTTP check sends and expects; none if one of them is not certain."""
    lines = backend.http_checks
    if any(line.condition is not None or any(word.dynamic for word in line.args[:1]) for line in lines):
        return []
    return [line for line in lines if line.args and line.args[0].value in _RULES]


def _hit(backend: Proxy, rules: list[HaproxyLine], api: bool) -> Hit:
    option = backend.effective_check
    sent = any(line.args[0].value == "send" for line in rules)
    wanted = "option httpchk" if sent or not api else "option httpchk GET /readyz"
    plain = api and any(s.check and not (s.check_ssl or s.ssl) for s in backend.servers)
    plain = plain and not any(word.value == "ssl" for line in rules for word in line.args)
    also = ", and add 'check-ssl verify none' to the servers" if plain else ""
    name = f"http-check {rules[0].args[0].value}"
    if option is None:
        cause, advice = "there is no 'option httpchk'", f"put '{wanted}' above it"
    else:
        cause, advice = f"'option {option.raw}' is another check", f"write '{wanted}' instead of 'option {option.raw}'"
    return Hit(
        option.span if option is not None else rules[0].span,
        f"haproxy ignores '{name}' of {backend.label}, since {cause}: a server that answers with an error stays UP",
        help=advice + also,
        note="no HTTP check",
        fix=partial(_fix, backend, rules[0], wanted, plain),
        related=[(line.span, "ignored") for line in rules[option is None :]],
    )


def _fix(backend: Proxy, first: HaproxyLine, wanted: str, plain: bool) -> Fix | None:
    option = backend.effective_check
    servers = [s for s in backend.servers if s.check and not (s.check_ssl or s.ssl)] if plain else []
    if not all(server.certain and server.options_certain for server in servers):
        return None
    if option is not None and option.origin is None:
        fix = Fix.write(option.directive.span, wanted, safe=False)
    else:
        fix = Fix.add("above", first.span, wanted, safe=False)
    return fix.also(Fix.append((server.span for server in servers), "check-ssl verify none"))
