"""Lines of value blocks that keepalived refuses: addresses, peers, tracked names. Measured with keepalived 2.2.7."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.facts.keepalived.settings import whole_number
from parsers.grammar.common import read_ip
from rules.engine.finding import Fix, Severity
from rules.support.keepalived.placeholders import placeholder
from rules.support.keepalived.values import NO_INTERFACE, Wrong, wrong_interface_name

if TYPE_CHECKING:
    from parsers.facts.keepalived import VrrpInstance
    from parsers.facts.keepalived.entries import Peer, Tracker, VirtualAddress
    from parsers.facts.values import Value
    from parsers.tree import Word

_LIMIT = {"script": 253, "interface": 253, "bfd": 253, "process": 254, "file": 254}
# Patterns are compiled only when something is wrong, which makes startup faster.
_LABEL = r"[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?"
_HOST_NAME = rf"(?=[^A-Za-z]*[A-Za-z]){_LABEL}(?:\.{_LABEL})*\.?"
_LEADING_ZERO = r"(?<![\d])0\d"
_GLUED = r"\$([A-Za-z_]\w*)"
_HEX = r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"


def looks_like_address(text: str) -> bool:
    """Whether a word is an address, with or without a prefix length."""
    return read_ip(text.partition("/")[0]) is not None


def is_host_name(text: str) -> bool:
    """Whether a word that is not an address could be a host name."""
    return re.fullmatch(_HOST_NAME, text, re.ASCII) is not None and not re.fullmatch(_HEX, text)


def glued_addresses(text: str) -> list[tuple[str, str]]:
    """The ways to read a word as two IPv4 addresses without anything between them; empty for most words."""
    if text.count(".") < 6 or len(text) > 40 or text.strip("0123456789./"):
        return []
    pairs = [(text[:at], text[at:]) for at in range(7, len(text) - 6)]
    return [(a, b) for a, b in pairs if _is_whole(a) and _is_whole(b)]


def _is_whole(text: str) -> bool:
    address, slash, prefix = text.partition("/")
    length = whole_number(prefix) if slash else 32
    return read_ip(address) is not None and not address.startswith("0") and length is not None and 0 <= length <= 32


def _judged(word: Word) -> bool:
    return not word.dynamic and placeholder(word.value) is None


def _hint(text: str) -> str:
    """How to fix a word that should be an address."""
    bare = text.partition("/")[0]
    glued = re.match(_GLUED, text, re.ASCII)
    if glued is not None:
        braced = f"${{{glued[1]}}}{text[glued.end() :]}"
        return f"write '{braced}': keepalived replaces '$NAME' only before a space, a comma or the end"
    several = [part for part in re.split(r"[,;|+&]+", text) if part]
    if len(several) > 1 and all(looks_like_address(part) for part in several):
        return f"write one address per line: {' and '.join(repr(part) for part in several)}"
    if text.rstrip(",;") != text:
        return f"write it without the '{text[-1]}', one address per line"
    if re.search(_LEADING_ZERO, bare) and ":" not in bare:
        return "write the parts without leading zeros"
    if is_host_name(bare):
        return "write the address; keepalived does not resolve names here"
    return "write an IPv4 address with four parts up to 255, or an IPv6 address"


def _as_hinted(entry: VirtualAddress | Peer) -> Fix | None:
    from rules.support.keepalived.fixing import as_hinted

    return as_hinted(entry, _hint(entry.raw))


def wrong_addresses(instance: VrrpInstance, settings: frozenset[str]) -> Iterator[Wrong]:
    """Virtual addresses that keepalived skips or changes. Words in `settings` are keywords, which KA047 reports."""
    for vip in (*instance.vips, *instance.excluded_vips):
        if vip.certain and _judged(vip.word) and vip.raw not in settings:
            yield from _wrong_vip(vip)


def _wrong_vip(vip: VirtualAddress) -> Iterator[Wrong]:
    words = vip.directive.words
    if vip.lost == "address":
        if glued_addresses(vip.raw):  # KA028
            return
        yield Wrong(
            vip.span,
            f"'{vip.raw}' is not an IP address: keepalived skips the line",
            _hint(vip.raw),
            fix=partial(_as_hinted, vip),
        )
        return
    if vip.lost == "missing-value":
        yield Wrong(
            words[-1].span,
            f"'{words[-1].value}' has no value: keepalived skips the address '{vip.raw}'",
            "add the value, or remove the word",
        )
    elif vip.lost == "duplicate-dev":
        yield Wrong(
            vip.directive.span, f"two 'dev' for '{vip.raw}': keepalived skips the address", "keep one 'dev INTERFACE'"
        )
    yield from _wrong_options(vip)


def _without_alias(dev: Value[str]) -> Fix | None:
    name = dev.raw.partition(":")[0]
    return Fix.write(dev.span, name, f"write 'dev {name}'", safe=False) if name and "/" not in name else None


def _wrong_options(vip: VirtualAddress) -> Iterator[Wrong]:
    if vip.dev is not None and vip.dev.certain and not placeholder(vip.dev.raw) and wrong_interface_name(vip.dev.raw):
        yield Wrong(
            vip.dev.span,
            f"'dev {vip.dev.raw}' {NO_INTERFACE}: keepalived exits with status 2",
            f"write 'dev {vip.dev.raw.partition(':')[0]}', and 'label {vip.dev.raw}' after it if you want the alias",
            fix=partial(_without_alias, vip.dev),
        )
    _, slash, prefix = vip.raw.partition("/")
    if slash and prefix and vip.prefix is None and not glued_addresses(vip.raw):
        longest = vip.effective_prefix
        yield Wrong(
            vip.span,
            f"'/{prefix}' of '{vip.raw}' is not a prefix length: keepalived uses /{longest}",
            f"write a length from 0 to {longest}, as in '{vip.raw.partition('/')[0]}/{24 if longest == 32 else 64}'",
            Severity.WARNING,
        )
    broadcast = vip.options.get("broadcast")
    if broadcast is not None and broadcast.certain and broadcast.raw not in ("+", "-") and not read_ip(broadcast.raw):
        yield Wrong(
            broadcast.span,
            f"'{broadcast.raw}' is not a broadcast address: keepalived skips the address '{vip.raw}'",
            "write an address, '+' or '-', or remove it",
        )
    for word in vip.unknown:
        if not looks_like_address(word.value) and not word.dynamic:
            yield Wrong(
                word.span,
                f"unknown virtual address option '{word.value}': keepalived ignores the word",
                "write 'dev INTERFACE', 'label NAME' or another option from keepalived.conf(5), or remove it",
                Severity.WARNING,
            )
            return


def doubled_peers(instance: VrrpInstance, release: str | None) -> Iterator[Wrong]:
    """Peers that are listed twice, which keepalived ignores; from 2.3.3 on `keepalived -t` reports it (measured)."""
    if release is None:
        return
    from rules.support.keepalived.releases import CHANGED
    from rules.support.releases import releases

    if not releases(release).have(CHANGED):
        return
    seen = set()
    for peer in instance.unicast_peers:
        if peer.address is not None and peer.certain and peer.address in seen:
            yield Wrong(
                peer.span,
                f"peer '{peer.raw}' is listed twice: 'keepalived -t' reports it, and the line is ignored",
                "remove one of the two lines",
                Severity.WARNING,
                partial(Fix.remove, peer.directive.span, title="remove the second line"),
            )
        seen.add(peer.address)


def wrong_peers(instance: VrrpInstance, settings: frozenset[str]) -> Iterator[Wrong]:
    """Unicast peers that keepalived skips; host names are left to KA029."""
    family = instance.family
    for peer in instance.unicast_peers:
        if not peer.certain or not _judged(peer.word) or peer.raw in settings:
            continue
        if peer.address is None:
            if not is_host_name(peer.raw.partition("/")[0]) and not glued_addresses(peer.raw):  # KA029, KA028
                yield Wrong(
                    peer.span,
                    f"'{peer.raw}' is not an IP address: keepalived skips the peer",
                    _hint(peer.raw),
                    fix=partial(_as_hinted, peer),
                )
        elif family is not None and peer.address.version != family:
            yield Wrong(
                peer.span,
                f"peer '{peer.raw}' is IPv{peer.address.version} in an IPv{family} instance: keepalived skips it",
                f"list the IPv{family} address of the other node",
            )
        yield from _wrong_peer_option(peer)


def _wrong_peer_option(peer: Peer) -> Iterator[Wrong]:
    for ttl in (peer.min_ttl, peer.max_ttl):
        if ttl is not None and ttl.certain and not (ttl.value is not None and 0 <= ttl.value <= 255):
            yield Wrong(
                ttl.span,
                f"'{ttl.raw}' of peer '{peer.raw}' is not a number from 0 to 255: keepalived reports it",
                "write a number from 0 to 255",
                Severity.WARNING,
            )
    for word in peer.unknown[:1]:
        if looks_like_address(word.value) or word.dynamic:
            return
        if word.value in ("min_ttl", "max_ttl"):
            why, fix = "has no value", f"write '{word.value} N' with a number from 0 to 255"
        else:
            why, fix = (
                "is not an option of a unicast peer",
                "write 'min_ttl N' or 'max_ttl N', or nothing after the address",
            )
        yield Wrong(
            word.span,
            f"'{word.value}' {why}: keepalived reports it and ignores the rest of the line",
            fix,
            Severity.WARNING,
        )


def wrong_trackers(trackers: list[Tracker], known: dict[str, set[str]], settings: frozenset[str]) -> Iterator[Wrong]:
    """Lines of track blocks that keepalived ignores or changes; `known` are the defined names by kind.

    Words in `settings` are keywords, which KA047 reports.
    """
    seen: dict[tuple[str, str], Tracker] = {}
    for tracker in trackers:
        names = known.get(tracker.kind, set())
        if not tracker.certain or placeholder(tracker.name) or (tracker.name in settings and tracker.name not in names):
            continue
        key = tracker.kind, tracker.name
        if key in seen:
            yield Wrong(
                tracker.span,
                f"'{tracker.name}' is tracked twice: keepalived reports it and ignores the second line",
                "remove one of the two lines",
                Severity.WARNING,
                partial(Fix.remove, tracker.directive.span, title="remove the second line"),
            )
            continue
        seen[key] = tracker
        yield from _wrong_tracker(tracker, names)


def _wrong_tracker(tracker: Tracker, names: set[str]) -> Iterator[Wrong]:
    words = tracker.directive.words
    if tracker.lost and words[1].value == "weight":
        yield Wrong(
            words[1].span,
            f"'weight' has no number: keepalived ignores '{tracker.name}', and nothing is tracked",
            "add the number, such as 'weight -20'",
        )
    elif tracker.lost and words[1].value not in names:
        yield Wrong(
            words[1].span,
            f"unknown option '{words[1].value}': keepalived ignores the line, and '{tracker.name}' is not tracked",
            f"write '{tracker.name}' or '{tracker.name} weight N'",
        )
    if not tracker.lost and tracker.unknown and len(words) > 3 and tracker.unknown[0] is words[3]:
        yield Wrong(
            words[3].span,
            f"unknown option '{words[3].value}' after the weight of '{tracker.name}': keepalived reports it and "
            "ignores it",
            "write 'reverse' or nothing after the weight",
            Severity.WARNING,
        )
    yield from _wrong_weight(tracker)


def _wrong_weight(tracker: Tracker) -> Iterator[Wrong]:
    limit = _LIMIT[tracker.kind]
    weight = tracker.weight
    if weight is None or not weight.certain or placeholder(weight.raw):
        return
    number = whole_number(weight.raw)
    if weight.value is None:
        used = "0 (FAULT if it is down)" if tracker.kind == "interface" else "the weight of the definition"
        yield Wrong(
            weight.span,
            f"weight '{weight.raw}' of '{tracker.name}' is not a number from -{limit} to {limit}: keepalived uses "
            f"{used}",
            f"write a number from -{limit} to {limit}",
        )
    elif number is not None and abs(number) > limit:
        yield Wrong(
            weight.span,
            f"weight '{weight.raw}' of '{tracker.name}' is beyond {limit}: keepalived uses "
            f"{'-' if number < 0 else ''}{limit}",
            f"write a number from -{limit} to {limit}",
            Severity.WARNING,
            partial(Fix.write, weight.span, str(max(-limit, min(limit, number)))),
        )
