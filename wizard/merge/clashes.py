"""What prevents halb's sections from being in a file with other sections: names and listening addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from parsers.facts.haproxy import Bind, BindAddress, HaproxyConfig, Proxy
from parsers.haproxy.sections import Section
from parsers.tree import Problem
from rules.text import clipped
from wizard.merge.sections import header, line_of

_FRONT, _BACK = frozenset(("frontend", "listen")), frozenset(("backend", "listen"))
_NO_TCP = re.compile(r"(?:dgram\+|udp|quic)")


def same_names(foreign: Sequence[Section], own: Sequence[Section]) -> Iterator[Problem]:
    """Other sections that haproxy takes for halb's by their name.

    Two proxies may have the same name if one only listens and the other only has servers. Measured with 2.6.12.
    """
    for mine in own:
        for section in foreign:
            if not section.name or not mine.name or section.name.value != mine.name.value:
                continue
            if section.keyword == mine.keyword or any({section.keyword, mine.keyword} <= s for s in (_FRONT, _BACK)):
                message = (
                    f"{clipped(section.label)} (line {line_of(section)}) was not written by halb, and halb's "
                    f"'{clipped(_whole_header(mine))}' (line {line_of(mine)} of the rendered file) has the same name"
                )
                advice = f"rename it, or take over '{clipped(header(section))}'"
                yield Problem("same-name", section.span, message, advice, [(mine.span, "halb's")])


def _whole_header(section: Section) -> str:
    return " ".join(word.value for word in section.header.words)


class Listener(NamedTuple):
    """One address that a section listens on."""

    section: Section
    bind: Bind
    address: BindAddress

    @property
    def line(self) -> int:
        """The number of its line, from 1."""
        return self.bind.span.line


def same_ports(before: HaproxyConfig, foreign: Sequence[Section], rendered: HaproxyConfig) -> Iterator[Problem]:
    """Addresses of other sections that halb's listen on too.

    haproxy starts with them: it sets SO_REUSEPORT, and the kernel spreads the connections over both.
    """
    mine = list(_listeners(rendered, [section for section in rendered.sections if section.keyword != "global"]))
    for other in _listeners(before, foreign):
        for own in mine:
            if _meet(own, other):
                yield _same_port(own, other)
                break


def _same_port(own: Listener, other: Listener) -> Problem:
    message = (
        f"'{clipped(other.address.raw)}' of {clipped(other.section.label)} (line {other.line}) and "
        f"'{own.address.raw}' of halb's {own.section.label} (line {own.line} of the rendered file) are the same port"
    )
    advice = "give one of them another port"
    if other.section.keyword != "global":
        advice += f", or take over '{clipped(header(other.section))}'"
    return Problem("same-port", other.address.span, message, advice, [(own.address.span, "halb's")])


def _listeners(config: HaproxyConfig, sections: Sequence[Section]) -> Iterator[Listener]:
    """What the sections certainly listen on."""
    proxies: dict[int, Proxy] = {id(proxy.section): proxy for proxy in config.proxies}
    for section in sections:
        proxy = proxies.get(id(section))
        if section.condition is not None or section.keyword in ("backend", "defaults") or (proxy and proxy.disabled):
            continue
        binds = [Bind(line) for line in section.all("bind")]
        if section.keyword == "global":
            binds = [bind for bind in config.global_.stats_sockets if bind.directive in section.all("stats")]
        for bind in binds:
            # On another interface or in another network namespace the same port is another one.
            if bind.certain and not {"interface", "namespace"} & bind.options.keys():
                yield from (Listener(section, bind, address) for address in bind.addresses if address.certain)


def _meet(a: Listener, b: Listener) -> bool:
    """Whether a connection could reach both."""
    one, two = a.address, b.address
    if one.kind != "ip" or two.kind != "ip" or _NO_TCP.match(one.raw) or _NO_TCP.match(two.raw):
        return False
    first, last, other_first, other_last = one.port_start, one.port_end, two.port_start, two.port_end
    if first is None or last is None or other_first is None or other_last is None:
        return False
    return first <= other_last and other_first <= last and (_covers(a, two) or _covers(b, one))


def _covers(listener: Listener, other: BindAddress) -> bool:
    """Whether the host of the listener's address includes the other one."""
    address = listener.address
    if address.is_wildcard:
        # `::` takes IPv4 as well unless told otherwise (net.ipv6.bindv6only is 0 by default).
        both = address.family == 6 and "v6only" not in listener.bind.options
        return other.family is not None and (both or other.family == address.family)
    if address.address is not None:
        return address.address == other.address
    return address.host is not None and address.host == other.host
