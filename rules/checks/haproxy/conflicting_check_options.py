"""HA009: several check options, of which only the last one applies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy, Server
    from parsers.facts.values import Value


@rule("HA009", "conflicting-check-options", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A section has two different check options, of which only the last one applies.

    Why it hurts: haproxy silently ignores the earlier one (measured with 2.6.12). `option ssl-hello-chk` below `option
    httpchk` is the classic from old guides: the HTTP check is gone, and a server whose TLS still answers, even with an
    alert, stays UP.

    How to fix: keep one. For the Kubernetes API: `option httpchk` with `http-check connect ssl`, and `GET
    /readyz` sent by `http-check send`.

    Silent when: both lines choose the same check, or one of them depends on a condition; and for an option that
    overrides one from the `defaults` section, which is normal use.
    """
    for proxy in (*config.defaults, *config.proxies):
        options = [option for option in proxy.check_options if option.certain]
        if len(options) < 2 or options[-1].value == options[0].value:
            continue
        last = options[-1]
        ignored = [option for option in options[:-1] if option.value != last.value]
        yield Hit(
            last.span,
            f"'option {last.raw}' overrides 'option {ignored[-1].raw}' in the same section ({proxy.label}): only the "
            "last check option applies",
            help=_help(proxy, last, ignored[-1]),
            note="this one applies",
            related=[(option.span, "this one is ignored") for option in ignored],
            severity=Severity.ERROR if any(option.value == "httpchk" for option in ignored) else Severity.WARNING,
            fix=partial(_fix, proxy, last, ignored[-1]),
        )


def _dropped(last: Value[str], ignored: Value[str]) -> Value[str]:
    """Which of the two to remove: an HTTP check knows more than the others, if it speaks TLS where they did."""
    return last if ignored.value == "httpchk" else ignored


def _plain(proxy: Proxy) -> list[Server]:
    return [server for server in proxy.servers if server.check and not (server.check_ssl or server.ssl)]


def _fix(proxy: Proxy, last: Value[str], ignored: Value[str]) -> Fix | None:
    drop = _dropped(last, ignored)
    plain = _plain(proxy) if drop.value == "ssl-hello-chk" else []
    if not all(server.certain and server.options_certain for server in plain):
        return None
    title = f"remove 'option {drop.raw}'"
    tls = Fix.append((server.span for server in plain), "check-ssl verify none")
    return Fix.remove(drop.directive.span, title=title, safe=drop is ignored and not plain).also(tls)


def _help(proxy: Proxy, last: Value[str], ignored: Value[str]) -> str:
    drop = _dropped(last, ignored)
    if drop.value == "ssl-hello-chk" and _plain(proxy):
        return f"remove 'option {drop.raw}', and add 'check-ssl verify none' to the servers for the other check"
    return f"remove 'option {drop.raw}'"
