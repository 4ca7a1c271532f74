"""HA022: a server that died keeps its share of the clients for long."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.facts.haproxy.options import as_int, as_seconds
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.routing import api_proxies

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Server
    from parsers.facts.values import Value
    from parsers.source import Span

_LONG = 30.0  # seconds; kubekey and kubespray have 15 s, twice


@rule("HA022", "slow-check", Severity.WARNING, Scope.HAPROXY, words=("inter", "fall"))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """The checks of the Kubernetes API take more than half a minute to see that a server is gone.

    Why it hurts: haproxy takes a server out of rotation after `fall` failed checks, one every `inter` (measured with
    2.6.12: `inter 1s fall 3` takes 2 to 3 s). Until then it gets its share of all new connections, and they fail
    or hang.

    How to fix: `inter 2s fall 3`, which is also what haproxy does without both; or `fastinter 1s`, for the checks
    after the first one that failed.

    Silent when: the server is not checked, or a value has a variable or comes from a line with one.
    """
    seen: set[Span] = set()
    for api in api_proxies(config):
        for server in api.backend.servers:
            found = _time(server) if server.certain and server.options_certain and server.check else None
            if found is None or found[0] <= _LONG or found[1].span in seen:
                continue
            seconds, value, name = found
            seen.add(value.span)
            yield Hit(
                value.span,
                f"'{name} {value.raw}': the checks of {api.backend.label} see after {seconds:g} s that an API server "
                "is gone, and send it clients until then",
                help="write 'inter 2s'" if name == "inter" else "write 'fall 3'",
                note=f"{seconds:g} s",
                fix=partial(Fix.write, value.span, "2s" if name == "inter" else "3", safe=False),
            )


def _time(server: Server) -> tuple[float, Value[float] | Value[int], str] | None:
    """The seconds until a server that is gone is DOWN, and the setting that makes them many; None without one."""
    inter, fast = as_seconds(server.option("inter")), as_seconds(server.option("fastinter"))
    fall = as_int(server.option("fall"))
    if any(value is not None and not value.known for value in (inter, fast, fall)):
        return None
    each = inter.value if inter is not None and inter.value is not None else 2.0
    count = fall.value if fall is not None and fall.value is not None else 3
    again = fast.value if fast is not None and fast.value is not None else each
    seconds = each + (count - 1) * again
    if inter is not None and (fall is None or each * 3 > _LONG):
        return seconds, inter, "inter"
    return (seconds, fall, "fall") if fall is not None else None
