"""HA011: the PROXY protocol to an API server that does not support it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.source import Span
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig

_FORMS = ("send-proxy", "send-proxy-v2", "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn")


@rule("HA011", "send-proxy-to-apiserver", Severity.ERROR, Scope.HAPROXY, words=("send-proxy",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A PROXY protocol header is sent before the connections to the Kubernetes API.

    Why it hurts: kube-apiserver does not support that protocol and reads the header as a broken TLS handshake: every
    client fails. The health checks are sent without it, so all servers are UP (measured with haproxy 2.6.12).

    How to fix: remove `send-proxy` from the servers and from `default-server`.

    Silent when: the backend does not serve the API, or the option depends on a condition.
    """
    seen: set[Span] = set()
    for api in api_proxies(config):
        for server in api.backend.servers:
            for form in _FORMS:
                option = server.option(form)
                if option is None or not option.certain or option.span in seen:
                    continue
                seen.add(option.span)
                yield Hit(
                    option.span,
                    f"'{form}' sends a header before each connection to {api.backend.label}, which kube-apiserver "
                    "reads as a broken TLS handshake: every client fails",
                    help=f"remove '{form}'",
                    note="kube-apiserver does not support it",
                    fix=partial(Fix.cut, option.full_span),
                )
