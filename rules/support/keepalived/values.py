"""Values of keepalived.conf checked against the keyword table: which are refused, and what is used instead.

The consequences were measured with keepalived 2.2.7, keyword by keyword.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.facts.keepalived.settings import decimal_number, peer_address, switch, whole_number
from parsers.records import NamedTuple
from parsers.source import bytes_of
from rules.engine.finding import Fix, Severity
from rules.support.keepalived.placeholders import placeholder
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.keywords.keepalived import KeepalivedKeyword
    from parsers.source import Span
    from parsers.tree import Directive, Word
    from rules.support.keepalived.lines import LinePlace

# Patterns are compiled only when something is wrong, which makes startup faster.
_NUMBER_FIRST = r"[+-]?\d+(?:\.\d+)?"
_WHOLE_FIRST = r"\d{1,9}(?=[^\d])"
# Whole numbers that are not used at all if text follows; for the others the daemon uses the number.
_STRICT = ("priority", "virtual_router_id", "unicast_ttl", "weight")
_WHOLE_KINDS = ("int", "uint")
_LONGEST_IFNAME = 15  # IFNAMSIZ of the kernel, without the final NUL

# Required arguments whose absence is only reported; all others make keepalived exit with status 2.
_SURVIVES = frozenset(
    """
    net_namespace  instance router_id script_user vrrp_garp_extra_if vrrp_vmac_garp_intvl
    default_interface vrrp_priority vrrp_rt_priority vrrp_cpu_affinity checker_priority checker_rt_priority
    checker_cpu_affinity bfd_priority bfd_rt_priority bfd_cpu_affinity min_auto_priority_delay
    notification_email_from startup_script startup_script_timeout shutdown_script shutdown_script_timeout
    notify_fifo notify_fifo_script vrrp_notify_fifo vrrp_notify_fifo_script lvs_notify_fifo
    lvs_notify_fifo_script lvs_sync_daemon vrrp_netlink_cmd_rcv_bufs vrrp_netlink_monitor_rcv_bufs
    lvs_netlink_cmd_rcv_bufs lvs_netlink_monitor_rcv_bufs process_monitor_rcv_bufs vrrp_rx_bufs_policy
    vrrp_rx_bufs_multiplier snmp_socket dbus_service_name reload_time_file tmp_config_directory file
    garp_extra_if vmac_garp_intvl kernel_rx_buf_size script
    """.split()  # noqa: SIM905 - one word each would fill a page
)
# Keywords that take no value, or any word, without a message.
_TOLERANT = (
    "net_namespace_ipvs",
    "smtp_helo_name",
    "include_check",
    "reload_check_config",
    "fifo_write_vrrp_states_on_reload",
)
# What keepalived uses instead of a value that it refuses, by block and keyword.
_INSTEAD = {
    "vrrp_instance/priority": "100 is used",
    "vrrp_instance/virtual_router_id": "the instance has no id, and keepalived exits with status 2",
    "vrrp_instance/advert_int": "the default of 1 s is used",
    "vrrp_instance/preempt_delay": "0 s is used",
    "vrrp_instance/authentication/auth_type": "no authentication is used",
    "vrrp_instance/interface": "the instance has no interface, and keepalived exits with status 2",
    "vrrp_script/interval": "the default of 1 s is used",
    "vrrp_script/timeout": "the interval is used",
    "vrrp_script/weight": "keepalived reports it but uses the number",
    "vrrp_script/rise": "1 is used",
    "vrrp_script/fall": "1 is used",
    "bfd_instance/neighbor_ip": "the BFD instance is ignored",
    "bfd_instance/neighbour_ip": "the BFD instance is ignored",
}
# Zero is in the range of these, but keepalived reports it and uses one.
_ZERO_IS_ONE = frozenset(
    """
    vrrp_script/interval vrrp_script/timeout vrrp_instance/garp_master_repeat
    vrrp_instance/garp_master_refresh_repeat global_defs/vrrp_garp_master_repeat
    global_defs/vrrp_garp_master_refresh_repeat
    """.split()  # noqa: SIM905 - one word each would fill a page
)
# Zero is outside the range of these, but it is also their default.
_ZERO_IS_DEFAULT = frozenset(("global_defs/vrrp_garp_interval", "global_defs/vrrp_gna_interval"))


class Wrong(NamedTuple):
    """A value that keepalived refuses: place, message, help, severity (None: an error), and what makes a fix."""

    span: Span
    message: str
    help: str
    severity: Severity | None = None
    fix: Callable[[], Fix | None] | None = None


def wrong_values(place: LinePlace, release: str | None) -> Iterator[Wrong]:
    """What is wrong with a line's arguments according to the table; nothing if the table is incomplete.

    Conditional lines, variables, placeholders, `state` (KA038) and commands are not checked.
    """
    keyword = place.keyword
    line = place.line
    if keyword is None or keyword.argument == "unknown" or line.condition is not None:
        return
    args = line.args
    if any(word.dynamic or placeholder(word.value) for word in args):
        return
    if not args:
        if keyword.argument_required and not keyword.takes_block and keyword.name not in _TOLERANT:
            yield _missing(place, keyword)
        return
    word = args[0]
    if len(args) > 1 and word.value == "all" and keyword.usage.startswith("[all]"):
        word = args[1]
    yield from _of_kind(keyword, word, line, release)
    if keyword.name == "weight" and len(args) > 1 and args[1].value != "reverse":
        yield Wrong(
            args[1].span,
            f"unknown option '{args[1].value}' after the weight: keepalived reports it and ignores the word",
            "write 'reverse' or nothing after the weight",
            Severity.WARNING,
        )


def is_fatal(place: LinePlace) -> bool:
    """Whether the line lacks a value without which keepalived exits with status 2 (measured with 2.2.7)."""
    keyword = place.keyword
    if keyword is None or keyword.argument == "unknown" or place.line.condition is not None or place.line.args:
        return False
    wanted = keyword.argument_required and not keyword.takes_block and keyword.name not in _TOLERANT
    return wanted and not _survives(keyword)


def _survives(keyword: KeepalivedKeyword) -> bool:
    """Whether keepalived only ignores the keyword if its value is missing."""
    return keyword.name in _SURVIVES or (keyword.name == "weight" and keyword.block != "vrrp_script")


def _missing(place: LinePlace, keyword: KeepalivedKeyword) -> Wrong:
    fatal = not _survives(keyword)
    outcome = "keepalived exits with status 2" if fatal else "keepalived ignores the line"
    wanted = keyword.usage or "a value"
    return Wrong(
        place.line.words[0].span,
        f"'{keyword.name}' has no value: {outcome}",
        f"write '{keyword.name} {wanted}', or remove the line",
        None if fatal else Severity.WARNING,
    )


def _of_kind(keyword: KeepalivedKeyword, word: Word, line: Directive, release: str | None) -> Iterator[Wrong]:
    kind = keyword.kind
    if kind in _WHOLE_KINDS or kind == "decimal":
        yield from _number(keyword, word, line, release)
    elif kind == "bool" and switch(word.value) is None and keyword.name not in _TOLERANT:
        yield _refused(
            keyword, word, "is not one of on, off, true, false, yes and no", "write 'on' or 'off' in lower case"
        )._replace(fix=_lower(keyword, word))
    elif kind == "enum" and keyword.enum and keyword.name != "state" and word.value not in keyword.enum:
        choices = listed(keyword.enum, "or")
        yield _refused(keyword, word, f"is not {choices}", f"write {choices}")
    elif kind == "enum-list" and word.value.lstrip("+-") not in keyword.enum:
        yield _refused(keyword, word, f"is not {listed(keyword.enum, 'or')}", f"write {listed(keyword.enum, 'or')}")
    elif kind == "ip":
        yield from _address(keyword, word)
    elif kind == "ifname":
        yield from _interface(keyword, word)


def _lower(keyword: KeepalivedKeyword, word: Word) -> Callable[[], Fix | None] | None:
    lower = word.value.lower()
    title = f"write '{keyword.name} {lower}'"
    return partial(Fix.write, word.span, lower, title, safe=False) if switch(lower) is not None else None


def _number_of(keyword: KeepalivedKeyword, word: Word) -> Fix | None:
    """The number without what follows it."""
    first = re.match(_NUMBER_FIRST, word.value, re.ASCII)
    return Fix.write(word.span, first[0], f"write '{keyword.name} {first[0]}'", safe=False) if first else None


def _refused(
    keyword: KeepalivedKeyword, word: Word, why: str, fix: str, severity: Severity | None = None, instead: str = ""
) -> Wrong:
    instead = instead or _INSTEAD.get(f"{keyword.block}/{keyword.name}", "the line is ignored")
    return Wrong(word.span, f"'{keyword.name} {word.value}' {why}: {instead}", fix, severity)


def _range(keyword: KeepalivedKeyword) -> str:
    low, high = keyword.minimum, keyword.maximum
    unit = f" {keyword.unit}" if keyword.unit else ""
    if low is None or high is None:
        return "a number"
    return f"a number from {low:.12g} to {high:.12g}{unit}"


def _leading(keyword: KeepalivedKeyword, word: Word) -> str:
    """What keepalived does with a number followed by text, "" if it does not use it."""
    first = re.match(_WHOLE_FIRST, word.value, re.ASCII)
    strict = keyword.name in _STRICT or keyword.block == "bfd_instance" or keyword.kind not in _WHOLE_KINDS
    if first is None or strict or (keyword.minimum is not None and int(first[0]) < max(keyword.minimum, 1)):
        return ""
    return f"'keepalived -t' refuses it, but the daemon uses {int(first[0])}"


def _number(keyword: KeepalivedKeyword, word: Word, line: Directive, release: str | None) -> Iterator[Wrong]:
    fraction = decimal_number(word.value)
    number: float | None = whole_number(word.value) if keyword.kind in _WHOLE_KINDS else fraction
    wanted = _range(keyword)
    if number is None and fraction is not None and keyword.decimal_since is not None:
        yield from _fraction(keyword, word, release)
        return
    if number is None:
        first = re.match(_NUMBER_FIRST, word.value, re.ASCII)
        kind = "a whole number" if fraction is not None else wanted if first and first[0] == word.value else "a number"
        fix = f"write '{first[0]}'" if first and "." not in first[0] and not fraction else f"write {wanted}"
        wrong = _refused(keyword, word, f"is not {kind}", fix, instead=_leading(keyword, word))
        number_only = fix == f"write '{first[0]}'" if first else False
        yield wrong._replace(fix=partial(_number_of, keyword, word) if number_only else None)
        return
    path = f"{keyword.block}/{keyword.name}"
    low, high = keyword.minimum, keyword.maximum
    if number == 0 and path in _ZERO_IS_DEFAULT:
        yield Wrong(
            word.span,
            f"keepalived reports and ignores '{keyword.name} 0', so the default applies: no interval",
            "remove the line",
            Severity.INFO,
            partial(Fix.remove, line.span),
        )
    elif number == 0 and path in _ZERO_IS_ONE:
        yield Wrong(
            word.span,
            f"keepalived reports '{keyword.name} 0' and uses 1",
            f"write '{keyword.name} 1'",
            Severity.WARNING,
            partial(Fix.write, word.span, "1", f"write '{keyword.name} 1'"),
        )
    elif (low is not None and number < low) or (high is not None and number > high):
        yield _refused(keyword, word, f"is not {wanted}", f"write {wanted}")


def _fraction(keyword: KeepalivedKeyword, word: Word, release: str | None) -> Iterator[Wrong]:
    """A fraction where only later releases take one."""
    from rules.support.releases import releases

    assert keyword.decimal_since is not None
    accepted = releases(release).have(keyword.decimal_since)
    if accepted is None:
        why = f"has a fraction, which keepalived accepts since release {keyword.decimal_since}; before that"
        yield _refused(keyword, word, why, "write a whole number of seconds", Severity.WARNING)
    elif not accepted:
        why = f"has a fraction, which needs keepalived {keyword.decimal_since}; this file is for {release}"
        yield _refused(keyword, word, why, "write a whole number of seconds")


def _address(keyword: KeepalivedKeyword, word: Word) -> Iterator[Wrong]:
    address = peer_address(word.value)
    name = keyword.name
    if address is None:
        yield _refused(keyword, word, "is not an IP address", "write an IPv4 or IPv6 address, not a host name")
    elif name == "vrrp_mcast_group4" and not (address.version == 4 and address.is_multicast):
        yield _refused(keyword, word, "is not an IPv4 multicast address", "write an address such as 224.0.0.18")
    elif name == "vrrp_mcast_group6" and not (address.version == 6 and address.is_multicast):
        yield _refused(keyword, word, "is not an IPv6 multicast address", "write an address such as ff02::12")
    elif name == "mcast_dst_ip" and not address.is_multicast:
        yield _refused(keyword, word, "is not a multicast address", "write an address such as 224.0.0.18")


NO_INTERFACE = "is not a valid interface name: the kernel does not allow ':' or '/' in one"


def wrong_interface_name(name: str) -> bool:
    """Whether the kernel refuses the name; `eth0:1` is the label of an address, not an interface."""
    return ":" in name or "/" in name


def _interface(keyword: KeepalivedKeyword, word: Word) -> Iterator[Wrong]:
    if keyword.block != "vrrp_instance":
        return
    if len(bytes_of(word.value)) > _LONGEST_IFNAME:
        yield _refused(
            keyword,
            word,
            f"is longer than the {_LONGEST_IFNAME} characters of an interface name",
            "write the name as 'ip link' shows it",
        )
    elif wrong_interface_name(word.value):
        yield _refused(keyword, word, NO_INTERFACE, "write the name as 'ip link' shows it, without the alias")
    elif keyword.name == "interface" and word.value == "lo":
        yield _refused(keyword, word, "is the loopback interface", "write the interface that carries the VIP")
