"""HA050: headers hidden behind the version of option httpchk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.removed import is_later

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from rules.engine.settings import RuleSettings

_LAST_THAT_TAKES_IT = "2.9"


@rule("HA050", "header-in-check-version", Severity.WARNING, Scope.HAPROXY, words=("httpchk",))
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """`option httpchk` has a header or a body behind the protocol version.

    Why it hurts: it was a trick of haproxy 1. 2.6.12 warns that it is deprecated (measured), and haproxy 3.0
    refuses the file: the load balancer does not start after the upgrade.

    How to fix: `http-check send hdr NAME VALUE` below the option.

    Silent when: the line depends on a variable or a condition. It is an error if the release is known to be 3.0 or
    later.
    """
    version = settings.haproxy_version
    refused = version is not None and is_later(version, _LAST_THAT_TAKES_IT)
    for proxy in (*config.defaults, *config.backends):
        for line in proxy.all("option"):
            args = line.args
            if len(args) < 4 or args[0].value != "httpchk" or line.condition is not None:
                continue
            word = args[3]
            hidden = re.search(r"(?:[\r\n]|\\r|\\n)+([A-Za-z-]+):\s*([^\s\\]+)", word.value)
            if hidden is None or word.dynamic:
                continue
            kept = " ".join(w.value for w in args[:3])
            yield Hit(
                word.span,
                f"'{hidden[1]}: {hidden[2]}' behind the version of 'option httpchk': haproxy 3.0 and "
                "later refuse the file",
                help=f"write 'option {kept}', and 'http-check send hdr {hidden[1]} {hidden[2]}' below it",
                note="no place for a header",
                severity=Severity.ERROR if refused else None,
            )
