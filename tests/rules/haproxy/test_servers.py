"""Servers: checks, loops, doubles, names, missing ports."""

from __future__ import annotations

import pytest

from tests.rules.haproxy.linting import DEFAULTS, backend, of

# -- HA012


def test_unchecked_servers_of_a_backend_are_one_finding() -> None:
    (finding,) = of("HA012", backend("server a 10.0.0.21:80", "server b 10.0.0.22:80", "server c 10.0.0.23:80 check"))
    assert [place.line for place in (finding.location, *finding.related)] == [10, 11]


@pytest.mark.parametrize(
    "lines",
    [
        ("server a 10.0.0.21:80",),  # nothing to choose from
        ("server a 10.0.0.21:80 check", "server b 10.0.0.22:80 track a"),
        ("server a 10.0.0.21:80 check", "server b 10.0.0.22:80 disabled"),
        ("server a 10.0.0.21:80 check", "server b 10.0.0.22:80 agent-check agent-port 9000"),
        ("default-server check", "server a 10.0.0.21:80", "server b 10.0.0.22:80"),
        ("server a 10.0.0.21:80 ${OPTIONS}", "server b 10.0.0.22:80 ${OPTIONS}"),
    ],
)
def test_servers_that_need_no_check(lines: tuple[str, ...]) -> None:
    assert of("HA012", backend(*lines)) == []


def test_a_check_option_without_check() -> None:
    assert len(of("HA012", backend("option httpchk", "server a 10.0.0.21:80"))) == 1


def test_no_check_on_the_line() -> None:
    (finding,) = of("HA012", backend("default-server check", "server a 10.0.0.1:80", "server b 10.0.0.2:80 no-check"))
    assert "no-check" in finding.message


# -- HA013


def listening(address: str, server: str) -> str:
    return DEFAULTS + f"listen api\n    bind {address}\n    server a {server} check\n"


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("*:6443", "127.0.0.1:6443"),
        (":6443", "localhost:6443"),
        ("[::]:6443", "[::1]:6443"),
        (":::6443", "127.0.0.1:6443"),
        ("10.0.0.5:6443", "10.0.0.5:6443"),
        ("127.0.0.1:6443", "localhost:6443"),
        ("*:6000-7000", "127.0.0.1:6443"),
    ],
)
def test_loops(address: str, server: str) -> None:
    assert len(of("HA013", listening(address, server))) == 1


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("*:8443", "127.0.0.1:6443"),
        ("10.0.0.5:6443", "127.0.0.1:6443"),
        ("*:6443", "10.0.0.5:6443"),
        ("*:6443", "[::1]:6443"),  # the IPv4 wildcard does not answer there
        ("*:6443 interface eth1", "127.0.0.1:6443"),
    ],
)
def test_no_loops(address: str, server: str) -> None:
    assert of("HA013", listening(address, server)) == []


def test_one_proxy_behind_another_is_no_loop() -> None:
    text = DEFAULTS + (
        "listen outer\n    bind *:443\n    server inner 127.0.0.1:8443 check\n"
        "listen inner\n    bind 127.0.0.1:8443\n    server app 10.0.0.31:443 check\n"
    )
    assert of("HA013", text) == []


# -- HA014, HA028


def test_options_can_tell_equal_addresses_apart() -> None:
    assert len(of("HA014", backend("server a 10.0.0.1:80 check", "server b 10.0.0.1:80 check weight 2"))) == 1
    assert of("HA014", backend("server a 10.0.0.1:80 check", "server b 10.0.0.1:80 check backup")) == []
    assert of("HA014", backend("server a 10.0.0.1:80 check", "server b 10.0.0.1:81 check")) == []


def test_names_are_unique_per_section_only() -> None:
    text = backend("server a 10.0.0.1:80 check")
    assert of("HA028", text + "backend other\n    server a 10.0.0.1:80 check\n") == []
    assert len(of("HA028", text + "    server a 10.0.0.2:80 check\n")) == 1
    assert len(of("HA028", text + '    server "a" 10.0.0.2:80 check\n')) == 1


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("frontend", "frontend", True),
        ("backend", "backend", True),
        ("listen", "listen", True),
        ("listen", "frontend", True),
        ("backend", "listen", True),
        ("frontend", "backend", False),
        ("resolvers", "resolvers", True),
        ("userlist", "userlist", False),
        ("resolvers", "backend", False),
    ],
)
def test_section_names(first: str, second: str, clash: bool) -> None:
    text = f"{DEFAULTS}{first} one\n    # nothing\n{second} one\n"
    assert len(of("HA028", text)) == clash


def test_a_frontend_and_a_backend_of_one_name_by_version() -> None:
    text = f"{DEFAULTS}frontend one\n    bind *:80\nbackend one\n"
    assert [len(of("HA028", text, version=version)) for version in (None, "3.2", "3.3", "3.4")] == [0, 0, 1, 1]


def test_a_line_that_is_there_twice_is_one_mistake() -> None:
    text = backend("server a 10.0.0.1:80 check", "server a 10.0.0.1:80 check")
    assert (len(of("HA028", text)), of("HA014", text)) == (1, [])


def test_resolvers_of_default_server_are_looked_up_for_servers_only() -> None:
    line, server = "default-server resolvers dns", "server a a.example.com:6443"
    assert of("HA031", backend(line)) == []
    assert of("HA031", backend(server, line)) == []
    assert of("HA031", backend(line, f"{server} resolvers default")) == []
    assert len(of("HA031", backend(line, server, "server b b.example.com:6443"))) == 1
    assert len(of("HA031", backend(server).replace("    mode tcp\n", f"    mode tcp\n    {line}\n", 1))) == 1


# -- HA009


def test_overriding_the_check_of_defaults_is_no_conflict() -> None:
    text = backend("option tcp-check", "server a 10.0.0.1:80 check").replace(
        "    mode tcp\n", "    mode tcp\n    option httpchk\n"
    )
    assert of("HA009", text) == []


def test_conflicts_are_graded_by_what_is_lost() -> None:
    (lost_http,) = of("HA009", backend("option httpchk", "option tcp-check", "server a 10.0.0.1:80 check"))
    (kept_http,) = of("HA009", backend("option tcp-check", "option httpchk", "server a 10.0.0.1:80 check"))
    assert (lost_http.severity.word, kept_http.severity.word) == ("error", "warning")
    assert (lost_http.location.line, kept_http.location.line) == (11, 11)
