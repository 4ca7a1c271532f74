"""HA007: the check of the API servers is a TLS hello."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.facts.values import Value
    from parsers.source import Span


@rule("HA007", "ssl-hello-chk", Severity.INFO, Scope.HAPROXY, words=("ssl-hello-chk",))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """`option ssl-hello-chk` is the only check of the Kubernetes API.

    Why it hurts: it sends an SSLv3 hello, and any TLS record passes, even an alert that refuses it ("L6OK",
    measured with haproxy 2.6.12): an API server that hangs behind its TLS, or has lost etcd, stays UP. Its log
    fills with TLS handshake errors.

    How to fix: `option httpchk GET /readyz` instead, with `check-ssl verify none` on the servers.

    Silent when: no server is checked, or the line depends on a condition. A second check option is HA009's.
    """
    seen: set[Span] = set()
    for api in api_proxies(config):
        backend = api.backend
        option = backend.effective_check
        if option is None or option.value != "ssl-hello-chk" or not option.certain or not backend.certain:
            continue
        if len({o.value for o in backend.check_options}) > 1 or backend.http_checks or option.span in seen:
            continue
        if not any(server.check for server in backend.servers):
            continue
        seen.add(option.span)
        encrypted = all(server.check_ssl or server.ssl for server in backend.servers)
        also = "" if encrypted else ", and add 'check-ssl verify none' to the servers"
        yield Hit(
            option.span,
            f"'option ssl-hello-chk' passes with any TLS answer, an alert too: an API server of {backend.label} that "
            "is not ready stays UP",
            help=f"write 'option httpchk GET /readyz'{also}",
            note="proves little",
            fix=partial(_fix, backend, option),
        )


def _fix(backend: Proxy, option: Value[str]) -> Fix | None:
    wanted = "option httpchk GET /readyz"
    servers = [server for server in backend.servers if server.check and not (server.check_ssl or server.ssl)]
    if not all(server.certain and server.options_certain for server in servers):
        return None
    fix = Fix.write(option.directive.span, wanted, safe=False)
    if option.origin is not None:
        fix = Fix.add("inside", backend.span, wanted, safe=False)
    return fix.also(Fix.append((server.span for server in servers), "check-ssl verify none"))
