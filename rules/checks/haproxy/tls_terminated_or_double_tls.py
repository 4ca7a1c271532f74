"""HA010: haproxy takes part in the TLS of a Kubernetes API that it should only pass on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import ApiProxy, api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import Bind, HaproxyConfig, Option


@rule("HA010", "tls-terminated-or-double-tls", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """`ssl` on a server or a `bind` line of a proxy that passes the Kubernetes API through.

    Why it hurts: `ssl` on a server line of a tcp proxy packs the clients' TLS into TLS of haproxy's own. The
    health checks are fine with that and all servers are UP, but no client gets an answer (measured with haproxy
    2.6.12). `ssl` on the `bind` line ends the clients' TLS at haproxy, and with it their certificates, which is
    how kubelets and kubeadm log in (kubernetes/kubeadm#1063).

    How to fix: write `check-ssl` instead of `ssl` on the server lines, for the checks alone; remove `ssl` and
    `crt` from the `bind` line.

    Silent when: the proxy is in mode http, `bind` asks for client certificates itself (`ca-file`, `verify`), the
    setting depends on a condition, or the backend does not serve the API.
    """
    for api in api_proxies(config):
        backend = api.backend
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


def _double(api: ApiProxy, encrypted: list[Option]) -> Iterator[Hit]:
    places = list({option.span: option for option in encrypted}.values())
    for option in places[:1]:
        yield Hit(
            option.span,
            f"'ssl' wraps the clients' TLS into a second layer on the way to {api.backend.label}: the servers stay UP "
            "and every client fails",
            help="write 'check-ssl' instead of 'ssl': it is the health check that needs it",
            note="TLS inside TLS",
            related=[(other.span, "here too") for other in places[1:]],
        )


def _terminated(api: ApiProxy, bind: Bind, encrypted: bool, known: bool) -> Iterator[Hit]:
    option = bind.option("ssl")
    if option is None or not option.certain or not known or bind.option("ca-file") or bind.option("verify"):
        return
    if bind.option("crt") is None and bind.option("crt-list") is None:
        return  # haproxy refuses the line anyway, which another rule reports
    if encrypted:
        message = "clients lose their certificates: kubelets and kubeadm can't log in any more"
    else:
        message = "what is left of the connection goes to the API server in plain text, which it refuses"
    yield Hit(
        option.span,
        f"'ssl' ends the clients' TLS before it reaches {api.backend.label}: {message}",
        help="remove 'ssl' and 'crt ...' from the bind line, so that haproxy passes the connection on as it is",
        note="TLS ends here",
        severity=Severity.WARNING if encrypted else Severity.ERROR,
    )
