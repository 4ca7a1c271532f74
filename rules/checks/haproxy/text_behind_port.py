"""HA061: text behind the port of an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.grammar.haproxy_addresses import read_address
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.removed import is_later

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import HaproxyLine
    from parsers.tree import Word
    from rules.engine.settings import RuleSettings

_LAST_THAT_IGNORES_IT = "2.8"
# Where the address is among the arguments, by keyword.
_PLACES = {
    "bind": 0, "server": 1, "server-template": 2, "source": 0, "dispatch": 0, "log": 0, "peer": 1, "nameserver": 1,
    "mailer": 1, "stats": 1, "ocsp-update.httpproxy": 0,
}  # fmt: skip
_BEFORE = ("addr", "agent-addr", "source", "usesrc", "socks4")
_BEHIND = r"(?s:(\d{1,5})([^\d-].*)\Z)"
# No line without this has such text: after digits behind a colon something that ends neither a word nor a port.
_HINT = re.compile(r":\d{1,5}[^\d\s,-]")
_NO_ADDRESS = "/$%"  # paths, variables and expressions


@rule("HA061", "text-behind-port", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """Something follows the port of an address: `bind *:6443;`, `server cp1 10.0.0.21:6443/readyz`.

    Why it hurts: haproxy 2.6 and 2.8 ignore it without a word; since 2.9, haproxy refuses the file (measured with
    2.6.12, 3.0.11 and 3.2.26), so that the load balancer does not start after the upgrade. What the text was meant to
    do, it never did: a path for the health check belongs to `option httpchk`.

    How to fix: remove what follows the port.

    Silent when: the line is under a condition, or the address has a variable or a placeholder.
    """
    version = settings.haproxy_version
    if not any(_HINT.search(document.source.text) for document in config.documents):
        return
    for section in config.sections:
        for keyword in section.index().keys() & _PLACES.keys():
            for line in section.all(keyword):
                if line.condition is None and line.search(_HINT):
                    yield from (_hit(word, found, version) for word, found in _found(line, _PLACES[keyword]))


def _found(line: HaproxyLine, place: int) -> Iterator[tuple[Word, re.Match[str]]]:
    args = line.args
    if line.keyword == "stats" and args and args[0].value != "socket":
        return
    for index, word in enumerate(args):
        if (
            (index == place or args[index - 1].value in _BEFORE)
            and not word.dynamic
            and word.value[:1] not in _NO_ADDRESS
        ):
            for part in word.value.split(","):
                address = read_address(part)
                found = re.match(_BEHIND, address.port_text) if address.kind == "ip" and address.bad_port else None
                if found is not None:
                    yield word, found
                    break


def _hit(word: Word, found: re.Match[str], version: str | None) -> Hit:
    extra = found[2]
    ignored = version is not None and not is_later(version, _LAST_THAT_IGNORES_IT)
    refuses = "haproxy 2.9 and later refuse the file" if version is None else "haproxy refuses the file"
    what = f"'{extra}' behind port {found[1]}"
    message = (
        f"{what}: haproxy {version} ignores it, 2.9 and later refuse the file"
        if ignored
        else f"{what}: {refuses}" + ("; older ones ignore it" if version is None else "")
    )
    at = word.value.index(found[0]) + found.start(2)
    kept = word.value[:at] + word.value[at + len(extra) :]
    return Hit(
        word.span,
        message,
        help=f"write '{kept}'" + _advice(extra),
        note="text behind the port",
        fix=partial(Fix.write, word.span, kept),
    )


def _advice(extra: str) -> str:
    return f", and for the health check 'option httpchk GET {extra}'" if extra.startswith("/") else ""
