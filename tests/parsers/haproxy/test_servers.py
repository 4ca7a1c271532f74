"""Servers and binds: addresses, options, and what default-server adds."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from parsers import parse_haproxy
from parsers.facts.haproxy import Bind, Proxy, Server, haproxy_facts


def backend(text: str) -> Proxy:
    found = haproxy_facts([parse_haproxy(text)]).backend("x")
    assert found is not None
    return found


def server(line: str, before: str = "") -> Server:
    return backend(f"backend x\n{before} {line}\n").servers[-1]


def bind(line: str) -> Bind:
    (found,) = haproxy_facts([parse_haproxy(f"listen x\n {line}\n")]).proxies[0].binds
    return found


@pytest.mark.parametrize(
    ("line", "name", "host", "port"),
    [
        ("server cp1 10.0.0.1:6443 check", "cp1", "10.0.0.1", 6443),
        ("server 'cp1' \"10.0.0.1:6443\" check", "cp1", "10.0.0.1", 6443),
        ("server cp1 cp1.example.com:6443", "cp1", "cp1.example.com", 6443),
        ("server cp1 [fd00::1]:6443 # x", "cp1", "fd00::1", 6443),
        ("server cp1 10.0.0.1", "cp1", "10.0.0.1", None),
        ("server cp1 10.0.0.1:+1", "cp1", "10.0.0.1", None),
        ("server cp1 /run/x.sock", "cp1", None, None),
        ("server cp1", "cp1", None, None),
        ("server", None, None, None),
        ("server-template cp 1-3 cp.example.com:6443 check", "cp", "cp.example.com", 6443),
    ],
)
def test_head_of_a_server(line: str, name: str | None, host: str | None, port: int | None) -> None:
    found = server(line)
    assert (found.name.value, found.host.value, found.port) == (name, host, port)
    assert found.certain


def test_places_of_a_server() -> None:
    found = server("server  cp1\t10.0.0.1:6443   check inter 5s # note")
    assert (found.name.span.text, found.address_span.text) == ("cp1", "10.0.0.1:6443")
    assert found.address == IPv4Address("10.0.0.1")
    inter = found.option("inter")
    assert inter is not None
    assert (inter.span.text, inter.name_span.text, inter.full_span.text) == ("5s", "inter", "inter 5s")
    check = found.option("check")
    assert check is not None
    assert (check.value, check.span.text, check.full_span.text) == ("", "check", "check")
    assert found.span.text == "server  cp1\t10.0.0.1:6443   check inter 5s"


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("server s 1.1.1.1:1 check inter 2s fall 3", {"check": "", "inter": "2s", "fall": "3"}),
        ("server s 1.1.1.1:1 weight 1 weight 2", {"weight": "2"}),
        ("server s 1.1.1.1:1 cookie check", {"cookie": "check"}),
        ("server s 1.1.1.1:1 source 0.0.0.0 usesrc clientip check",
         {"source": "0.0.0.0", "usesrc": "clientip", "check": ""}),
        ("server s 1.1.1.1:1 inter", {"inter": None}),
        ("server s 1.1.1.1:1 newflag check", {"newflag": "", "check": ""}),
        ("server s 1.1.1.1:1 check no-check", {"no-check": ""}),
        ("server s 1.1.1.1:1 no-check check", {"check": ""}),
        ("server s 1.1.1.1:1 sni str(a\\ b) check", {"sni": "str(a b)", "check": ""}),
        ('server s 1.1.1.1:1 "" check', {}),
        ("server s 1.1.1.1:1 check port ${PORT}", {"check": "", "port": None}),
        ("server s 1.1.1.1:1 set-proxy-v2-tlv-fmt(0x20) %[fc] check",
         {"set-proxy-v2-tlv-fmt(0x20)": "%[fc]", "check": ""}),
    ],
)  # fmt: skip
def test_options_of_a_server(line: str, options: dict[str, str | None]) -> None:
    assert {name: option.value for name, option in server(line).options.items()} == options


@pytest.mark.parametrize(
    ("text", "check", "origin"),
    [
        ("backend x\n server s 1.1.1.1:1\n", False, None),
        ("backend x\n server s 1.1.1.1:1 check\n", True, None),
        ("backend x\n default-server check\n server s 1.1.1.1:1\n", True, "default-server"),
        ("backend x\n server s 1.1.1.1:1\n default-server check\n", False, None),
        ("backend x\n default-server check\n server s 1.1.1.1:1 no-check\n", False, None),
        ("backend x\n default-server check\n default-server no-check\n server s 1.1.1.1:1\n", False, None),
        ("defaults\n default-server check\nbackend x\n server s 1.1.1.1:1\n", True, "defaults"),
        ("defaults d\n default-server check\nbackend x from d\n server s 1.1.1.1:1\n", True, "defaults d"),
        ("defaults\n default-server check\nbackend x\n default-server no-check\n server s 1.1.1.1:1\n", False, None),
        ("defaults\n default-server check\ndefaults\nbackend x\n server s 1.1.1.1:1\n", False, None),
        ("backend x\n default-server ${OPTS}\n server s 1.1.1.1:1\n", None, None),
        ("backend x\n server s 1.1.1.1:1 ${OPTS}\n", None, None),
        ("backend x\n server s 1.1.1.1:1 ${OPTS} check\n", True, None),
        ("backend x\n.if defined(A)\n server s 1.1.1.1:1 check\n.endif\n", None, None),
        ("backend x\n.if defined(A)\n default-server check\n.endif\n server s 1.1.1.1:1\n", None, "default-server"),
    ],
)
def test_check(text: str, check: bool | None, origin: str | None) -> None:
    (found,) = backend(text).servers
    assert found.check is check
    option = found.option("check")
    assert (option.origin if option else None) == origin


def test_default_server_counts_from_its_line_on() -> None:
    found = backend(
        "defaults\n default-server inter 9s fall 9\nbackend x\n server a 1.1.1.1:1\n default-server inter 5s\n"
        " server b 1.1.1.2:1 fall 2\n server-template c 2 h:1\n default-server inter 1s\n"
    )
    assert [s.name.value for s in found.servers] == ["a", "b", "c"]
    inters = [s.inter for s in found.servers]
    assert [(i.value, i.origin) if i else None for i in inters] == [
        (9.0, "defaults"), (5.0, "default-server"), (5.0, "default-server"),
    ]  # fmt: skip
    assert [s.fall.value if s.fall else None for s in found.servers] == [9, 2, 9]
    assert [s.template for s in found.servers] == [False, False, True]
    assert found.server("b") is found.servers[1]


def test_typed_options() -> None:
    found = server("server s 1.1.1.1:1 check-ssl ssl backup disabled maxconn 20 weight x port 80 rise 2 track b/s")
    assert (found.check_ssl, found.ssl, found.backup, found.disabled) == (True,) * 4
    assert found.maxconn is not None
    assert found.maxconn.value == 20
    assert found.weight is not None
    assert (found.weight.value, found.weight.raw) == (None, "x")
    port = found.option("port")
    assert port is not None
    assert port.value == "80"
    assert found.track is not None
    assert found.track.value == "b/s"
    plain = server("server s 1.1.1.1:1")
    assert (plain.maxconn, plain.track, plain.disabled) == (None, None, False)


@pytest.mark.parametrize(
    "line",
    [
        "server s $VIP:6443",
        "server s ${VIP}:6443",
        'server s "$VIP:6443"',
        "server s {{ vip }}:6443",
        "server __N__ a:1",
    ],
)
def test_uncertain_servers(line: str) -> None:
    found = server(line)
    assert not found.certain
    assert (found.address, found.port) == (None, None)


def test_servers_of_a_frontend_do_not_count() -> None:
    (frontend,) = haproxy_facts([parse_haproxy("frontend f\n server s 1.1.1.1:1\n")]).proxies
    assert frontend.servers == []


@pytest.mark.parametrize(
    ("line", "addresses"),
    [
        ("bind :6443", [("", 6443, 6443, True)]),
        ("bind *:6443 ssl crt /x", [("*", 6443, 6443, True)]),
        ("bind 10.0.0.1:6443,[::]:6444", [("10.0.0.1", 6443, 6443, False), ("::", 6444, 6444, True)]),
        ("bind 10.0.0.1:6443-6445", [("10.0.0.1", 6443, 6445, False)]),
        ("bind /run/x.sock mode 600", [(None, None, None, False)]),
        ("bind $VIP:6443", [("$VIP", None, None, False)]),
        ("bind", []),
    ],
)
def test_bind_addresses(line: str, addresses: list[tuple[str | None, int | None, int | None, bool]]) -> None:
    found = bind(line).addresses
    assert [(a.host, a.port_start, a.port_end, a.is_wildcard) for a in found] == addresses


def test_places_of_a_bind() -> None:
    found = bind("bind a:1,b:2 ssl crt /x # c")
    assert [address.span.text for address in found.addresses] == ["a:1", "b:2"]
    assert {name: option.value for name, option in found.options.items()} == {"ssl": "", "crt": "/x"}
    assert found.ssl
    crt = found.option("crt")
    assert crt is not None
    assert crt.full_span.text == "crt /x"
    assert found.addresses[0].covers_port(1)
    assert not found.addresses[0].covers_port(2)
    assert [address.span.text for address in bind('bind "a:1,b:2"').addresses] == ['"a:1,b:2"'] * 2


def test_backends_do_not_listen() -> None:
    (found,) = haproxy_facts([parse_haproxy("backend b\n bind :1\n")]).proxies
    assert found.binds == []
