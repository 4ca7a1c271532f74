"""Modes, timeouts without unit, missing timeouts, HTTP in tcp proxies."""

from __future__ import annotations

import pytest

from tests.rules.haproxy.linting import DEFAULTS, backend, of

SERVERS = ("server a 10.0.0.31:8080 check", "server b 10.0.0.32:8080 check")


def modes(frontend: str, target: str, bind: str = "*:80", port: int = 8080) -> str:
    return DEFAULTS.replace("mode tcp", "mode http") + (
        f"frontend web\n    bind {bind}\n{frontend}    default_backend app\n"
        f"backend app\n{target}    server a 10.0.0.31:{port} check\n    server b 10.0.0.32:{port} check\n"
    )


TCP = "    mode tcp\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (modes("", TCP), [6]),
        (modes(TCP, ""), []),
        (modes(TCP, "", "*:443", 443), [10]),
        (modes(TCP, "", "*:443 ssl crt /a.pem", 443), []),
        (modes(TCP, "", "*:6443", 6443), [10]),
        (modes(TCP, TCP), []),
        (modes("    mode ${MODE}\n", TCP), []),
        (modes("", "    mode log\n"), []),
    ],
)
def test_modes(text: str, lines: list[int]) -> None:
    assert [finding.location.line for finding in of("HA001", text)] == lines


def test_an_own_mode_line_is_the_place_to_change() -> None:
    (finding,) = of("HA001", backend(*SERVERS, frontend=("mode http",)))
    assert finding.location.line == 9


def test_one_finding_for_each_backend() -> None:
    text = modes("    use_backend app if TRUE\n    use_backend app if FALSE\n", TCP)
    assert len(of("HA001", text)) == 1


def test_condition_leaves_the_mode_open() -> None:
    text = modes(".if defined(TCP)\n    mode tcp\n.endif\n", TCP)
    assert of("HA001", text) == []


# -- HA005


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("timeout client 60", "error"),
        ("timeout client 999", "error"),
        ("timeout connect 500", "warning"),
        ("timeout connect 5", "error"),
        ("timeout client 60000", "info"),
        ("timeout client 0", None),
        ("timeout client 60s", None),
        ("timeout client ${CLIENT}", None),
        ("tcp-request inspect-delay 5", "error"),
        ("tcp-request inspect-delay 500", None),
    ],
)
def test_times_without_unit(line: str, severity: str | None) -> None:
    found = of("HA005", DEFAULTS + f"listen api\n    bind *:80\n    {line}\n    server a 10.0.0.1:80\n")
    assert [finding.severity.word for finding in found] == ([severity] if severity else [])


def test_harmless_ones_are_one_finding_per_section() -> None:
    text = DEFAULTS.replace("5s", "5000").replace("1h", "50000")
    (finding,) = of("HA005", text + "listen api\n    bind *:80\n")
    assert [place.line for place in (finding.location, *finding.related)] == [3, 4, 5]
    assert "50s" in {place.note for place in finding.related}


@pytest.mark.parametrize(("value", "found"), [("5", 1), ("99", 1), ("100", 0), ("2000", 0), ("5s", 0), ("0", 0)])
def test_intervals(value: str, found: int) -> None:
    assert len(of("HA005", backend(f"server a 10.0.0.1:80 check inter {value} fall 3"))) == found


# -- HA032


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (backend(*SERVERS).replace("    timeout client 1h\n", ""), ["'timeout client'"]),
        (backend(*SERVERS).replace("    timeout server 1h\n", ""), ["'timeout server'"]),
        (backend(*SERVERS).replace("timeout server 1h", "timeout tunnel 1h"), []),
        (backend(*SERVERS, mode="http").replace("timeout server 1h", "timeout tunnel 1h"), ["'timeout server'"]),
        (backend(*SERVERS).replace("client 1h", "client 0"), ["'timeout client'"]),
        (backend(*SERVERS).replace("timeout client 1h", "clitimeout 1h"), []),  # HA030
        (backend(*SERVERS).replace("client 1h", "client $CLIENT"), []),
        (backend("disabled", *SERVERS).replace("    timeout server 1h\n", ""), []),
        (backend().replace("    timeout server 1h\n", ""), []),
        (backend(*SERVERS).replace("defaults", "defaults base").replace("frontend api", "frontend api from other"), []),
    ],
)
def test_missing_timeouts(text: str, missing: list[str]) -> None:
    found = of("HA032", text)
    assert len(found) == bool(missing)
    assert all(name in found[0].message for name in missing)


def test_proxies_with_the_same_defaults_are_one_finding() -> None:
    text = "defaults\n    mode tcp\nlisten a\n    bind *:1\nlisten b\n    bind *:2\n    server x 10.0.0.1:80\n"
    (finding,) = of("HA032", text)
    assert [place.line for place in (finding.location, *finding.related)] == [3, 5]


# -- HA038, HA039


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("acl a path_beg /x", "use_backend masters if a"), 1),
        (("acl a hdr(host) -i x", "use_backend masters if a"), 1),
        (("use_backend masters if { path_beg /x }",), 1),
        (("use_backend masters if !{ path_beg /x }",), 0),
        (("use_backend masters if ! { path_beg /x }",), 0),
        (("use_backend %[req.hdr(host),lower]",), 1),
        (("use_backend %[req.ssl_sni,lower]",), 0),
        (("acl a path_beg /x", "use_backend masters if !a"), 0),
        (("acl a path_beg /x",), 0),
        (("acl a src 10.0.0.1", "use_backend masters if a"), 0),
        (("acl a path_beg /x", "acl a src 10.0.0.1", "use_backend masters if a"), 0),
        (("tcp-request inspect-delay 5s", "acl a path_beg /x", "use_backend masters if a"), 0),
        (("acl a req.ssl_sni -i x", "use_backend masters if a"), 0),
        (("mode http", "acl a path_beg /x", "use_backend masters if a"), 0),
    ],
)
def test_http_in_tcp(lines: tuple[str, ...], found: int) -> None:
    assert len(of("HA038", backend(*SERVERS, frontend=lines))) == found


@pytest.mark.parametrize(
    ("lines", "frontend", "mode", "found"),
    [
        (("stick-table type string size 1k", "stick on path"), (), "tcp", 1),
        (("stick-table type string size 1k", "stick on path"), (), "http", 0),
        (("balance hash req.hdr(host)",), (), "tcp", 1),
        (("balance hash req.hdr(host)",), ("tcp-request content accept if HTTP",), "tcp", 0),
        (("tcp-request inspect-delay 5s", "balance hash path"), (), "tcp", 0),
        (("balance hash path", "balance hash src"), (), "tcp", 0),
        (("balance hash src",), (), "tcp", 0),
    ],
)
def test_servers_by_http_in_tcp(lines: tuple[str, ...], frontend: tuple[str, ...], mode: str, found: int) -> None:
    assert len(of("HA038", backend(*lines, *SERVERS, frontend=frontend, mode=mode))) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (modes("", "", port=443), 1),
        (modes("", "", port=6443), 1),
        (modes("", "    default-server ssl verify none\n", port=443), 0),
        (modes("", "    default-server ${TLS}\n", port=443), 0),
        (modes("", "", port=8443), 0),
        (modes(TCP, "", port=443), 0),
        (modes(TCP, TCP, port=443), 0),
    ],
)
def test_plain_http_to_tls_ports(text: str, found: int) -> None:
    assert len(of("HA039", text)) == found
