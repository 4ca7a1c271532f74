"""`bind` lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.facts.haproxy.options import bind_args
from rules.support.haproxy.forms.addresses import host_problem, port_problem
from rules.support.haproxy.forms.faults import Fault, check_choice, missing
from rules.support.haproxy.forms.options import example_of, needs_value, option_problem

if TYPE_CHECKING:
    from parsers.facts.haproxy import Bind, Proxy
    from parsers.tree import Word

_CERTIFICATES = ("crt", "crt-list", "default-crt", "generate-certificates", "ca-sign-file")
_TLS_VERSIONS = ("SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_NEEDED = ("crt", "crt-list", "ca-file", "interface", "ssl-min-ver", "ssl-max-ver")


def binds(proxy: Proxy, version: str | None = None) -> Iterator[Fault]:
    """The faults of the `bind` lines of a frontend or listen section."""
    for bind in proxy.binds:
        line = bind.directive
        if line.condition is not None:
            continue
        if not line.args:
            yield missing(line, "an address", "bind *:6443")
            continue
        yield from _addresses(bind)
        if any(word.dynamic for word in line.args[1:]):
            continue
        if bind.ssl and not any(bind.option(name) for name in _CERTIFICATES):
            option = bind.option("ssl")
            if option is not None:
                yield Fault(option.span, "'ssl' without a certificate: haproxy refuses the bind line", "add 'crt FILE'")
        yield from bind_options(line.args[1:], version)
        for name in _NEEDED:
            option = bind.option(name)
            if option is not None and option.value is None:
                yield Fault(option.span, f"'{name}' needs a value", f"write '{name} VALUE', or remove it")
        for name in ("ssl-min-ver", "ssl-max-ver"):
            option = bind.option(name)
            if option is not None and option.value:
                yield from check_choice(line.args[_index(bind, option.span.start)], name, _TLS_VERSIONS, "version")


def bind_options(words: Sequence[Word], version: str | None = None) -> Iterator[Fault]:
    """The faults in the options of a `bind` or `stats socket` line; the first one only."""
    args = bind_args()
    at = 0
    while at < len(words):
        name = words[at]
        at += 1
        if not args.get(name.value, 0):
            continue
        if at == len(words):
            if needs_value("bind", name.value):
                yield Fault(name.span, f"'{name.value}' needs a value", f"write '{example_of('bind', name.value)}'")
            return
        problem = option_problem("bind", name.value, words[at].value, version)
        if problem:
            message = f"'{name.value} {words[at].value}': {problem}"
            yield Fault(words[at].span, message, f"write, for example, '{example_of('bind', name.value)}'")
            return
        at += 1


def _index(bind: Bind, start: int) -> int:
    return next(i for i, word in enumerate(bind.directive.args) if word.start == start)


def _addresses(bind: Bind) -> Iterator[Fault]:
    addresses = bind.addresses
    for number, address in enumerate(addresses):
        text = address.raw
        if not address.certain:
            continue
        if not text:
            # A comma at the end is accepted, an empty address before one is not.
            if number < len(addresses) - 1:
                yield Fault(address.span, "an address is missing before the comma", "write 'ADDRESS:PORT'")
            continue
        if text.startswith(("udp@", "udp4@", "udp6@")):
            yield Fault(address.span, f"'bind {text}': a proxy can't listen on UDP", "write 'ADDRESS:PORT'")
            continue
        problem = port_problem(text, required=True, several=True) or host_problem(text)
        if problem:
            yield Fault(address.span, f"'bind {text}': {problem}", "write 'ADDRESS:PORT', '*:PORT' or ':PORT'")
