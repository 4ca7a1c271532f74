"""HA051: the backend is chosen by the TLS name before the client has sent it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.acl_terms import condition_of

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig, Proxy
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word

# What haproxy takes from a ClientHello that it passes through.
_HELLO = r"\breq[._]ssl_(?:sni|hello_type|alpn|ec_ext|ver|st_ext)\b"
# What makes a content rule wait: any of the client's bytes, or the end of the delay.
_WAITS = r"\breq(?:uest)?[._]|\b(?:WAIT_END|REQ_CONTENT|HTTP|RDP_COOKIE|wait_end)\b|\blua\.|payload"


@rule("HA051", "sni-before-content", Severity.WARNING, Scope.HAPROXY, words=("req.ssl_", "req_ssl_"))
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A frontend in mode tcp chooses the backend by SNI without waiting for the client's TLS handshake.

    Why it hurts: haproxy chooses as soon as the connection is open, when the name has not arrived yet: every client
    gets to the default backend. `tcp-request inspect-delay` alone changes nothing, nor does a content rule that
    looks at nothing of the request, nor one without a delay (measured with 2.6.12: 3 of 3 connections to the
    default backend each time, none with both lines). `haproxy -c` reports nothing.

    How to fix: `tcp-request inspect-delay 5s` and `tcp-request content accept if { req.ssl_hello_type 1 }` in the
    frontend.

    Silent when: a delay and a content rule that reads the request are there, in the frontend or inherited, haproxy
    ends TLS itself, the mode is not tcp, or a line depends on a variable or a condition.
    """
    for frontend in config.frontends:
        if not frontend.has("use_backend") or frontend.effective_mode != "tcp" or not frontend.certain:
            continue
        used = _used(frontend)
        if used is None or any(bind.ssl for bind in frontend.binds):
            continue
        rules = [*frontend.all("tcp-request"), *(frontend.defaults.all("tcp-request") if frontend.defaults else ())]
        if any(line.condition is not None or line.dynamic for line in rules):
            continue
        delay = any(line.first_arg == "inspect-delay" for line in rules)
        waits = any(line.first_arg == "content" and _reads(frontend, line) for line in rules)
        if not (delay and waits):
            yield _hit(frontend, used, delay, waits)


def _used(frontend: Proxy) -> Word | None:
    """The first word of a `use_backend` line that stands for the TLS name."""
    for line in frontend.all("use_backend"):
        if line.condition is not None:
            continue
        for word in line.args:
            if re.search(_HELLO, word.value):
                return word
        condition = condition_of(line)
        for word, name in condition.names if condition else ():
            if any(_fetches(acl, _HELLO) for acl in frontend.acls.get(name, ())):
                return word
    return None


def _fetches(acl: HaproxyLine, pattern: str) -> bool:
    return len(acl.args) > 1 and re.search(pattern, acl.args[1].value) is not None


def _reads(frontend: Proxy, line: HaproxyLine) -> bool:
    """Whether a content rule looks at what the client sends, and so waits for it."""
    if any(re.search(_WAITS, word.value) for word in line.args):
        return True
    return any(_fetches(acl, _WAITS) for word in line.args for acl in frontend.acls.get(word.value.lstrip("!"), ()))


def _hit(frontend: Proxy, used: Word, delay: bool, waits: bool) -> Hit:
    content = "tcp-request content accept if { req.ssl_hello_type 1 }"
    wanted = ([] if delay else ["tcp-request inspect-delay 5s"]) + ([] if waits else [content])
    first = frontend.all("use_backend")[0].span
    added = " and ".join(f"'{line}'" for line in wanted)
    return Hit(
        used.span,
        f"{frontend.label} chooses by '{used.value}' before the client has sent its name: every client gets to the "
        "default backend",
        help=f"put {added} above the 'use_backend' lines",
        note="not there yet",
        fix=partial(Fix.add, "above", first, "\n".join(wanted), f"add {added}", safe=False),
    )
