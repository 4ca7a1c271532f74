"""HA002: a plain HTTP check of a TLS port."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import API_PORT, api_proxies
from rules.text.wording import counted

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Server
    from parsers.tree import Word

_TLS_PORTS = (443, API_PORT)


@rule("HA002", "tls-check-on-plain-http", Severity.ERROR, Scope.HAPROXY, words=("httpchk",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """`option httpchk` checks a TLS port, such as kube-apiserver's, over plain HTTP.

    Why it hurts: the API server answers plain HTTP with 400, so every server is DOWN and every client is refused
    although all servers are healthy (measured with haproxy 2.6.12). `haproxy -c` accepts it.

    How to fix: add `check-ssl verify none` to the servers (or to `default-server`). `http-check connect ssl` does it
    too, but then the request has to stand in `http-check send` below it.

    Silent when: the check goes to another port (`port 8080`, `http-check connect port ...`), is already encrypted,
    another check option overrides `httpchk`, or the port is not known for TLS.
    """
    api = {id(proxy.backend) for proxy in api_proxies(config)}
    for backend in config.backends:
        option = backend.effective_check
        if option is None or option.value != "httpchk" or not option.certain or not backend.certain:
            continue
        # In mode http the traffic itself is as plain as the check; another rule reports that.
        if backend.effective_mode != "tcp":
            continue
        if any(line.args and line.args[0].value == "connect" for line in backend.http_checks):
            if any(_is_encrypted(line.args) for line in backend.http_checks):
                continue
            if any(word.value == "port" for line in backend.http_checks for word in line.args):
                continue
        plain = [server for server in backend.servers if _is_plain(server, id(backend) in api)]
        if plain:
            first = plain[0]
            yield Hit(
                option.span,
                f"'option httpchk' checks port {first.port} of {counted(len(plain), 'server')} of {backend.label} "
                f"over plain HTTP, but that port expects TLS: {'it' if len(plain) == 1 else 'each of them'} will be "
                "DOWN",
                help="add 'check-ssl verify none' to the servers",
                note="sent without TLS",
                fix=partial(Fix.append, [s.span for s in plain], "check-ssl verify none", safe=id(backend) in api),
                related=[(server.address_span, f"port {server.port}") for server in plain[:3]],
                severity=Severity.ERROR if id(backend) in api else Severity.WARNING,
            )


def _is_encrypted(args: Sequence[Word]) -> bool:
    return any(word.value == "ssl" for word in args)


def _is_plain(server: Server, api: bool) -> bool:
    """Whether the server's check certainly goes to a TLS port without TLS."""
    port = server.port
    if port is None or (port == 8080 if api else port not in _TLS_PORTS):
        return False
    if not (server.certain and server.options_certain and server.check):
        return False
    return not (server.ssl or server.check_ssl or server.option("port") or server.option("addr"))
