"""Addresses, times and numbers."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parsers.grammar.common import Time, read_int, read_ip, read_time
from parsers.grammar.haproxy_addresses import read_address, read_parts


@pytest.mark.parametrize(
    ("text", "host", "first", "last"),
    [
        ("10.0.0.1:6443", "10.0.0.1", 6443, 6443),
        (":6443", "", 6443, 6443),
        ("*:6443", "*", 6443, 6443),
        ("*:6443-6445", "*", 6443, 6445),
        (":::6443", "::", 6443, 6443),
        ("[::]:6443", "::", 6443, 6443),
        ("fd00::1:6443", "fd00::1", 6443, 6443),
        ("[fd00::1]:6443", "fd00::1", 6443, 6443),
        ("[fd00::1]", "fd00::1", None, None),
        ("ipv4@10.0.0.1:1", "10.0.0.1", 1, 1),
        ("quic4@:443", "", 443, 443),
        ("tcp@a.example:80", "a.example", 80, 80),
        ("quic+ipv6@[::1]:443", "::1", 443, 443),
        ("mptcp@[::]:5000", "::", 5000, 5000),
        ("cp1.example.com", "cp1.example.com", None, None),
        ("cp1.example.com:0", "cp1.example.com", 0, 0),
        ("", "", None, None),
        (":", "", None, None),
    ],
)
def test_internet_addresses(text: str, host: str, first: int | None, last: int | None) -> None:
    address = read_address(text)
    assert (address.kind, address.host, address.port_start, address.port_end) == ("ip", host, first, last)
    assert not address.bad_port


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("/run/x.sock", "unix", "/run/x.sock"),
        ("unix@/run/x.sock", "unix", "/run/x.sock"),
        ("unix@x:y", "unix", "x:y"),
        ("abns@x", "abns", "x"),
        ("abnsz@x", "abns", "x"),
        ("fd@3", "fd", "3"),
        ("sockpair@3", "sockpair", "3"),
        ("rhttp@be", "rhttp", "be"),
        ("stream+unix@/x", "unix", "/x"),
    ],
)
def test_other_addresses(text: str, kind: str, name: str) -> None:
    address = read_address(text)
    assert (address.kind, address.name, address.host, address.is_wildcard) == (kind, name, None, False)


@pytest.mark.parametrize(("text", "offset"), [(":+10", 10), ("10.0.0.1:-4", -4), ("a:+0", 0)])
def test_port_offsets(text: str, offset: int) -> None:
    address = read_address(text)
    assert (address.offset, address.port_start) == (offset, None)


@pytest.mark.parametrize("text", ["10.0.0.1:http", "a:1x", "a:1-", "a:--1", "a:" + "9" * 400, "a:\u0661"])
def test_bad_ports(text: str) -> None:
    assert read_address(text).bad_port


@pytest.mark.parametrize(
    ("text", "family", "wildcard"),
    [
        (":1", 4, True), ("*:1", 4, True), ("0.0.0.0:1", 4, True), (":::1", 6, True), ("[::]:1", 6, True),
        ("ipv6@:1", 6, True), ("10.0.0.1:1", 4, False), ("[fd00::1]:1", 6, False), ("name:1", None, False),
        ("10.0.0.300:1", None, False), ("010.0.0.1:1", None, False),
    ],
)  # fmt: skip
def test_family_and_wildcard(text: str, family: int | None, wildcard: bool) -> None:
    address = read_address(text)
    assert (address.family, address.is_wildcard) == (family, wildcard)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5s", Time(5.0, "s")),
        ("5000", Time(5.0, "")),
        ("100us", Time(0.0001, "us")),
        ("1m", Time(60.0, "m")),
        ("250ms", Time(0.25, "ms")),
        ("1h", Time(3600.0, "h")),
        ("24d", Time(24 * 86400.0, "d")),
        ("25d", Time(None, "d", overflow=True)),
        ("5sec", Time(5.0, "s", "ec")),
        ("1.5s", Time(None, "", ".5s")),
        ("5S", Time(None, "", "S")),
        ("-1", Time(None)),
        ("", Time(None)),
        ("0", Time(0.0, "")),
        ("9" * 5000, Time(None, overflow=True)),
        ("\u0665s", Time(None)),
    ],
)
def test_times(text: str, expected: Time) -> None:
    found = read_time(text)
    assert found._replace(seconds=None) == expected._replace(seconds=None)
    assert found.seconds == pytest.approx(expected.seconds)


@pytest.mark.parametrize(
    ("text", "expected"), [("4", 4), ("-4", -4), ("4k", None), ("", None), ("\u0664", None), ("9" * 400, None)]
)
def test_whole_numbers(text: str, expected: int | None) -> None:
    assert read_int(text) == expected


_PIECES = st.sampled_from(
    ["ipv4", "tcp", "unix", "fd", "@", "+", ":", "-", "/", "[", "]", "::", "10.0.0.1", "1.2.3", "fd00::1", "6443", "0",
     "99999", "123456", "host", "a.example", "*", " ", "\n", "\u0664", "_"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=7).map("".join) | st.text(max_size=20))
@example("")
@example("[::1]:443")
@example("*:80")
def test_the_short_way_and_the_grammar_read_the_same(text: str) -> None:
    assert read_address(text) == read_parts(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1", IPv4Address("10.0.0.1")),
        ("255.255.255.255", IPv4Address("255.255.255.255")),
        ("fd00::1", IPv6Address("fd00::1")),
        ("256.0.0.1", None),
        ("10.0.0", None),
        ("10.0.0.1.2", None),
        ("10.0.0.1 ", None),
        ("fe80::1%eth0", None),
        ("", None),
    ],
)
def test_ip_addresses(text: str, expected: object) -> None:
    assert read_ip(text) == expected
