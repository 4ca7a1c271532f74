"""HA050: headers hidden behind the version of option httpchk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.removed import is_later

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word
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
                fix=partial(_fix, line, word, hidden),
                severity=Severity.ERROR if refused else None,
            )


def _fix(line: HaproxyLine, word: Word, hidden: re.Match[str]) -> Fix | None:
    """Another header than the host's may be a secret, and a body needs more than a header."""
    value = word.value
    rest = re.sub(r"\\[rn]|\s", "", value[hidden.end() :])
    alone = len(re.findall(r"[A-Za-z-]+:", value)) == 1 and not rest
    if not alone or hidden[1].lower() != "host" or re.fullmatch(r"[\w.-]+", hidden[2]) is None:
        return None
    step = Fix.add("below", line.span, f"http-check send hdr {hidden[1]} {hidden[2]}")
    return Fix.cut(word.span, title="move the header to 'http-check send'", safe=False).also(step)
