"""Lines of value blocks that keepalived refuses: addresses, peers, tracked names. Measured with keepalived 2.2.7."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.facts.keepalived_settings import whole_number
from parsers.tokens.common import read_ip
from rules.finding import Severity
from rules.keepalived_values import Wrong
from rules.placeholders import placeholder

if TYPE_CHECKING:
    from parsers.facts.keepalived import VrrpInstance
    from parsers.facts.keepalived_entries import Peer, Tracker, VirtualAddress
    from parsers.tree import Directive, Word

_LIMIT = {"script": 253, "interface": 253, "bfd": 253, "process": 254, "file": 254}
_HOST_NAME = re.compile(
    r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?)*\.?"
)
_LEADING_ZERO = re.compile(r"(?<![\d])0\d")
_HEX = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")


def looks_like_address(text: str) -> bool:
    """Whether a word is an address, with or without a prefix length."""
    return read_ip(text.partition("/")[0]) is not None


def is_host_name(text: str) -> bool:
    """Whether a word that is no address is a name that DNS or /etc/hosts could know."""
    return _HOST_NAME.fullmatch(text) is not None and not _HEX.fullmatch(text)


def _judged(word: Word) -> bool:
    return not word.dynamic and placeholder(word.value) is None


def _hint(text: str) -> str:
    """What is wrong with a word that should be an address."""
    bare = text.partition("/")[0]
    if text.rstrip(",;") != text:
        return f"write it without the '{text[-1]}', one address per line"
    if _LEADING_ZERO.search(bare) and ":" not in bare:
        return "write the parts without leading zeros"
    if is_host_name(bare):
        return "write the address; keepalived does not look names up here"
    return "write an IPv4 address with four parts up to 255, or an IPv6 address"


def wrong_addresses(instance: VrrpInstance, settings: frozenset[str]) -> Iterator[Wrong]:
    """Virtual addresses that keepalived skips or changes. Words in `settings` are keywords, which KA047 reports."""
    for vip in (*instance.vips, *instance.excluded_vips):
        if vip.certain and _judged(vip.word) and vip.raw not in settings:
            yield from _wrong_vip(vip)


def _wrong_vip(vip: VirtualAddress) -> Iterator[Wrong]:
    words = vip.directive.words
    if vip.lost == "address":
        yield Wrong(vip.span, f"'{vip.raw}' is not an IP address: keepalived skips the line", _hint(vip.raw))
        return
    if vip.lost == "missing-value":
        yield Wrong(
            words[-1].span,
            f"'{words[-1].value}' has no value behind it: keepalived skips the address '{vip.raw}'",
            "write the value behind it, or remove the word",
        )
    elif vip.lost == "duplicate-dev":
        yield Wrong(
            vip.directive.span, f"two 'dev' for '{vip.raw}': keepalived skips the address", "keep one 'dev INTERFACE'"
        )
    _, slash, prefix = vip.raw.partition("/")
    if slash and vip.prefix is None:
        longest = vip.effective_prefix
        yield Wrong(
            vip.span,
            f"'/{prefix}' of '{vip.raw}' is no prefix length: keepalived uses /{longest}",
            f"write a length from 0 to {longest}, as in '{vip.raw.partition('/')[0]}/{24 if longest == 32 else 64}'",
            Severity.WARNING,
        )
    broadcast = vip.options.get("broadcast")
    if broadcast is not None and broadcast.certain and broadcast.raw not in ("+", "-") and not read_ip(broadcast.raw):
        yield Wrong(
            broadcast.span,
            f"'{broadcast.raw}' is no broadcast address: keepalived skips the address '{vip.raw}'",
            "write an address, '+' or '-', or leave it out",
        )
    for word in vip.unknown:
        if not looks_like_address(word.value) and not word.dynamic:
            yield Wrong(
                word.span,
                f"'{word.value}' is no option of a virtual address: keepalived ignores the word",
                "write 'dev INTERFACE', 'label NAME' or another option of keepalived.conf(5), or remove it",
                Severity.WARNING,
            )
            return


def wrong_peers(instance: VrrpInstance, settings: frozenset[str]) -> Iterator[Wrong]:
    """Unicast peers that keepalived skips; host names are left to KA029."""
    family = instance.family
    for peer in instance.unicast_peers:
        if not peer.certain or not _judged(peer.word) or peer.raw in settings:
            continue
        if peer.address is None:
            if not is_host_name(peer.raw.partition("/")[0]):
                yield Wrong(peer.span, f"'{peer.raw}' is not an IP address: keepalived skips the peer", _hint(peer.raw))
        elif family is not None and peer.address.version != family:
            yield Wrong(
                peer.span,
                f"peer '{peer.raw}' is IPv{peer.address.version} in an IPv{family} instance: keepalived skips it",
                f"list the IPv{family} address of the other node",
            )
        yield from _wrong_peer_option(peer)


def _wrong_peer_option(peer: Peer) -> Iterator[Wrong]:
    for word in peer.unknown[:1]:
        if not looks_like_address(word.value) and not word.dynamic:
            yield Wrong(
                word.span,
                f"'{word.value}' is no option of a unicast peer: keepalived reports it and ignores the rest of "
                "the line",
                "write 'min_ttl N' or 'max_ttl N', or remove the words behind the address",
                Severity.WARNING,
            )


def wrong_trackers(trackers: list[Tracker], known: dict[str, set[str]]) -> Iterator[Wrong]:
    """Lines of track blocks that keepalived drops or changes; `known` are the defined names by kind."""
    seen: dict[tuple[str, str], Tracker] = {}
    for tracker in trackers:
        if not tracker.certain or placeholder(tracker.name):
            continue
        key = tracker.kind, tracker.name
        if key in seen:
            yield Wrong(
                tracker.span,
                f"'{tracker.name}' is tracked twice: keepalived reports it and ignores the second line",
                "remove one of the two lines",
                Severity.WARNING,
            )
            continue
        seen[key] = tracker
        yield from _wrong_tracker(tracker, known.get(tracker.kind, set()))


def _wrong_tracker(tracker: Tracker, names: set[str]) -> Iterator[Wrong]:
    limit = _LIMIT[tracker.kind]
    words = tracker.directive.words
    if tracker.lost and words[1].value == "weight":
        yield Wrong(
            words[1].span,
            f"'weight' has no number behind it: keepalived drops '{tracker.name}', and nothing is tracked",
            "write the number, as in 'weight -20'",
        )
    elif tracker.lost and words[1].value not in names:
        yield Wrong(
            words[1].span,
            f"'{words[1].value}' is no option here: keepalived drops the line, and '{tracker.name}' is not tracked",
            f"write '{tracker.name}' or '{tracker.name} weight N'",
        )
    weight = tracker.weight
    if weight is None or not weight.certain or placeholder(weight.raw):
        return
    number = whole_number(weight.raw)
    if weight.value is None:
        used = "0 (FAULT when it is down)" if tracker.kind == "interface" else "the weight of the definition"
        yield Wrong(
            weight.span,
            f"weight '{weight.raw}' of '{tracker.name}' is not a number from -{limit} to {limit}: {used} is used",
            f"write a number from -{limit} to {limit}",
        )
    elif number is not None and abs(number) > limit:
        yield Wrong(
            weight.span,
            f"weight '{weight.raw}' of '{tracker.name}' is beyond {limit}: keepalived uses "
            f"{'-' if number < 0 else ''}{limit}",
            f"write a number from -{limit} to {limit}",
            Severity.WARNING,
        )


def has_address_behind(line: Directive) -> bool:
    """Whether another address stands behind the first word of a line."""
    return any(looks_like_address(word.value) for word in line.words[1:])
