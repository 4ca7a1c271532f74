"""HA010: haproxy interferes with the TLS of a Kubernetes API that it should only pass through."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import API_PORT, ApiProxy, api_proxies
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.haproxy import Bind, HaproxyConfig, Option, Proxy


@rule("HA010", "tls-terminated-or-double-tls", Severity.ERROR, Scope.HAPROXY, words=("ssl",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """`ssl` on a server or a `bind` line of a proxy that passes the Kubernetes API through.

    Why it hurts: `ssl` on a server line of a tcp proxy wraps the clients' TLS in haproxy's own TLS. The health checks
    succeed and all servers are UP, but no client gets an answer (measured with haproxy 2.6.12). `ssl` on the `bind`
    line terminates the clients' TLS at haproxy, so the client certificates with which kubelets and kubeadm authenticate
    are lost (kubernetes/kubeadm#1063). So it is in mode http, whatever the servers get; and a frontend in mode http
    without `ssl` can't read the TLS that the API's clients send.

    How to fix: write `check-ssl` instead of `ssl` on the server lines, for the health checks only; remove `ssl` and
    `crt` from the `bind` line; write `mode tcp` in frontend and backend.

    Silent when: `bind` asks for client certificates itself (`ca-file`, `verify`), a proxy in mode http tells the API
    server who the user is (`http-request set-header X-Remote-User`, `Authorization`), the setting depends on a
    condition, or the backend does not serve the API. Plain HTTP from mode http to port 6443 is HA039's.
    """
    for api in api_proxies(config):
        backend = api.backend
        if backend.effective_mode == "http":
            yield from _in_http(api)
        if backend.effective_mode != "tcp" or not backend.certain:
            continue
        binds = [bind for frontend in api.frontends for bind in frontend.binds]
        ending = [bind for bind in binds if bind.ssl]
        options = [option for server in backend.servers if (option := server.option("ssl")) is not None]
        encrypted = [option for option in options if option.certain]
        if not ending and binds and all(bind.certain for bind in binds):
            yield from _double(api, encrypted)
        for bind in ending:
            yield from _terminated(api, bind, bool(encrypted), len(options) == len(encrypted))


def _in_http(api: ApiProxy) -> Iterator[Hit]:
    """What clients with certificates meet at proxies in mode http that speak TLS to the API servers."""
    proxies = (api.backend, *api.frontends)
    if any(proxy.effective_mode != "http" or not proxy.certain for proxy in proxies):
        return
    if not all(server.ssl for server in api.backend.servers) or any(_tells_who(proxy) for proxy in proxies):
        return
    advice = f"use 'mode tcp' in {listed(dict.fromkeys(proxy.label for proxy in reversed(proxies)))}, "
    for bind in (bind for frontend in api.frontends for bind in frontend.binds):
        if bind.ssl:
            for hit in _terminated(api, bind, encrypted=True, known=True):
                hit.fix = None
                hit.help = f"{advice}remove 'ssl' and 'crt ...' here, and turn 'ssl' of the servers into 'check-ssl'"
                yield hit
            continue
        for address in bind.addresses if bind.certain else ():
            if address.covers_port(API_PORT) and not (address.address and address.address.is_loopback):
                yield Hit(
                    address.span,
                    f"clients of the Kubernetes API speak TLS, which '{address.raw}' in mode http can't read: none of "
                    f"them reaches {api.backend.label}",
                    help=f"{advice}and turn 'ssl' of the servers into 'check-ssl'",
                    note="plain HTTP here",
                    severity=Severity.WARNING,
                )


def _tells_who(proxy: Proxy) -> bool:
    """Whether the proxy authenticates users itself, and passes that on."""
    lines = proxy.all("http-request")
    return any(word.value.lower().startswith(("x-remote-", "authorization")) for line in lines for word in line.args)


def _double(api: ApiProxy, encrypted: list[Option]) -> Iterator[Hit]:
    places = list({option.span: option for option in encrypted}.values())
    for option in places[:1]:
        yield Hit(
            option.span,
            f"'ssl' wraps the clients' TLS in a second layer on the way to {api.backend.label}: the servers stay UP "
            "but every client fails",
            help="write 'check-ssl' instead of 'ssl': only the health check needs it",
            note="TLS inside TLS",
            fix=partial(_checked_only, places),
            related=[(other.span, "here too") for other in places[1:]],
        )


def _checked_only(places: list[Option]) -> Fix:
    return Fix("write 'check-ssl' instead of 'ssl'", tuple(("write", option.span, "check-ssl") for option in places))


def _terminated(api: ApiProxy, bind: Bind, encrypted: bool, known: bool) -> Iterator[Hit]:
    option = bind.option("ssl")
    if option is None or not option.certain or not known or bind.option("ca-file") or bind.option("verify"):
        return
    if bind.option("crt") is None and bind.option("crt-list") is None:
        return  # haproxy refuses the line anyway; another rule reports that
    if encrypted:
        message = "client certificates are lost, and kubelets and kubeadm can no longer authenticate"
    else:
        message = "the rest goes to the API server in plain text, which it refuses"
    yield Hit(
        option.span,
        f"'ssl' terminates the clients' TLS before it reaches {api.backend.label}: {message}",
        help="remove 'ssl' and 'crt ...' from the bind line, so that haproxy passes the connection through unchanged",
        note="TLS ends here",
        fix=partial(_passed_through, bind),
        severity=Severity.WARNING if encrypted else Severity.ERROR,
    )


def _passed_through(bind: Bind) -> Fix | None:
    """Without the certificate; None if other options are about TLS too."""
    gone = [option for name in ("ssl", "crt", "crt-list") if (option := bind.option(name)) is not None]
    rest = {word.value for word in bind.directive.args[1:]} & {"alpn", "npn", "ciphers", "ciphersuites", "ssl-min-ver"}
    if rest or not all(option.certain for option in gone):
        return None
    return Fix.cut(*(option.full_span for option in gone), title="remove 'ssl' and the certificate", safe=False)
