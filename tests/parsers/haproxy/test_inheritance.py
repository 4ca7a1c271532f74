"""What a proxy inherits, and from where. Measured with haproxy 2.6.12 to 3.4."""

from __future__ import annotations

import pytest

from parsers import parse_haproxy
from parsers.facts.haproxy import HaproxyConfig, Proxy, haproxy_facts


def config(*texts: str) -> HaproxyConfig:
    return haproxy_facts([parse_haproxy(text, f"{number}.cfg") for number, text in enumerate(texts)])


def proxy(text: str, name: str = "x") -> Proxy:
    (found,) = config(text).named_proxies(name)
    return found


@pytest.mark.parametrize(
    ("text", "mode", "origin"),
    [
        ("listen x\n", "tcp", None),
        ("listen x\n mode http\n", "http", None),
        ("listen x\n mode http\n mode tcp\n", "tcp", None),
        ("defaults\n mode http\nlisten x\n", "http", "defaults"),
        ("defaults\n mode http\nlisten x\n mode tcp\n", "tcp", None),
        ("defaults\n mode http\ndefaults\n retries 1\nlisten x\n", "tcp", None),
        ("defaults a\n mode http\nlisten x\n", "http", "defaults a"),
        ("defaults a\n mode http\ndefaults\nlisten x from a\n", "http", "defaults a"),
        ("defaults a\n mode http\ndefaults b from a\nlisten x from b\n", "http", "defaults a"),
        ("defaults a\n mode http\ndefaults b\nlisten x from b\n", "tcp", None),
        ("listen x\ndefaults\n mode http\n", "tcp", None),
        ("listen x\n mode tls\n", None, None),
        ('listen x\n mode "$MODE"\n', None, None),
        ("listen x\n.if defined(A)\n mode http\n.endif\n", None, None),
        ("listen x\n.if defined(A)\n mode http\n.endif\n mode tcp\n", "tcp", None),
        ("listen x\n.if 0\n mode http\n.endif\n", "tcp", None),
        (".if defined(A)\ndefaults\n mode http\n.endif\nlisten x\n", None, "defaults"),
        (".if defined(A)\ndefaults\n retries 2\n.endif\nlisten x\n", None, None),
        ("listen x from nowhere\n", None, None),
    ],
)
def test_mode(text: str, mode: str | None, origin: str | None) -> None:
    found = proxy(text)
    assert found.effective_mode == mode
    assert (found.mode.origin if found.mode else None) == origin


def test_defaults_reach_into_the_next_file_but_sections_do_not() -> None:
    found = config("defaults\n mode http\nbackend b\n", "frontend f\n", " server s 1.1.1.1:1\n")
    (frontend,) = found.named_proxies("f")
    assert frontend.effective_mode == "http"
    assert found.paths == ["0.cfg", "1.cfg", "2.cfg"]
    assert [problem.kind for problem in found.documents[2].problems] == ["text-outside-section"]
    assert not found.complete


def test_value_stands_where_it_was_written() -> None:
    found = config("defaults\n timeout client 50000\n", "frontend x\n").named_proxies("x")[0].timeout("client")
    assert found is not None
    assert (found.value, found.raw, found.origin) == (50.0, "50000", "defaults")
    assert (found.span.source.path, found.span.line, found.span.text) == ("0.cfg", 2, "50000")


ALL = "".join(
    f" timeout {name} {number}s\n"
    for number, name in enumerate(
        (
            "client",
            "client-fin",
            "connect",
            "server",
            "server-fin",
            "check",
            "queue",
            "tunnel",
            "tarpit",
            "http-request",
        ),
        1,
    )
)


@pytest.mark.parametrize("where", ["defaults\n{0}{1} x\n", "{1} x\n{0}"])
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("frontend", {"client", "client-fin", "tarpit", "http-request"}),
        ("backend", {"connect", "server", "server-fin", "check", "queue", "tunnel", "tarpit", "http-request"}),
        ("listen", {"client", "client-fin", "connect", "server", "server-fin", "check", "queue", "tunnel", "tarpit",
                    "http-request"}),
    ],
)  # fmt: skip
def test_timeouts_of_the_wrong_side_do_not_count(where: str, kind: str, names: set[str]) -> None:
    assert set(proxy(where.format(ALL, kind)).timeouts) == names


def test_timeouts() -> None:
    found = proxy("defaults\n timeout client 35s\n timeout server 5\nlisten x\n timeout client 1h\n timeout client 2h\n"
                  " timeout connect 1.5s\n timeout queue\n timeout check ${T}\n")  # fmt: skip
    client = found.timeout("client")
    assert client is not None
    assert (client.value, client.origin) == (7200.0, None)
    assert [found.timeouts[name].value for name in ("server", "connect", "queue", "check")] == [0.005, None, None, None]
    assert [found.timeouts[name].certain for name in ("server", "connect", "queue", "check")] == [
        True,
        True,
        True,
        False,
    ]
    assert found.timeout("tunnel") is None


@pytest.mark.parametrize(
    ("text", "keyword", "value", "origin"),
    [
        ("defaults\n balance source\nbackend x\n", "balance", "source", "defaults"),
        ("defaults\n balance source\nbackend x\n balance first\n", "balance", "first", None),
        ("defaults\n balance source\nfrontend x\n balance first\n", "balance", None, None),
        ("defaults\n maxconn 10\nfrontend x\n", "maxconn", 10, "defaults"),
        ("defaults\n maxconn 10\nbackend x\n maxconn 5\n", "maxconn", None, None),
        ("frontend x\n maxconn 4k\n", "maxconn", None, None),
        ("defaults\n retries 1\nbackend x\n", "retries", 1, "defaults"),
        ("defaults\n default_backend b\nfrontend x\n", "default_backend", "b", "defaults"),
        ("frontend x\n default_backend a\n default_backend b\n", "default_backend", "b", None),
    ],
)
def test_single_settings(text: str, keyword: str, value: object, origin: str | None) -> None:
    found = getattr(proxy(text), keyword)
    assert (found.value if found else None) == value
    assert (found.origin if found else None) == origin


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("backend x\n option redispatch\n", {"redispatch": (True, None)}),
        ("backend x\n no option redispatch\n", {"redispatch": (False, None)}),
        ("defaults\n option redispatch\nbackend x\n", {"redispatch": (True, "defaults")}),
        ("defaults\n option redispatch\nbackend x\n no option redispatch\n", {"redispatch": (False, None)}),
        ("defaults\n option redispatch\nbackend x\n default option redispatch\n", {}),
        ("defaults\n option tcplog\n option redispatch\nfrontend x\n", {"tcplog": (True, "defaults")}),
        ("defaults\n option tcplog\n option redispatch\nbackend x\n", {"redispatch": (True, "defaults")}),
        ("defaults\n option tcpka\nlisten x\n option not-known\n",
         {"tcpka": (True, "defaults"), "not-known": (True, None)}),
    ],
)  # fmt: skip
def test_options(text: str, options: dict[str, tuple[bool, str | None]]) -> None:
    found = proxy(text)
    assert {name: (value.value, value.origin) for name, value in found.options.items()} == options
    for name in options:
        assert found.option(name) is not None
    assert found.option("nothing") is None


def test_option_span_is_its_name() -> None:
    value = proxy("backend x\n option httpchk GET /\n").option("httpchk")
    assert value is not None
    assert value.span.text == "httpchk"


@pytest.mark.parametrize(
    ("text", "check", "origin", "own"),
    [
        ("backend x\n", None, None, []),
        ("backend x\n option httpchk\n option tcp-check\n", "tcp-check", None, ["httpchk", "tcp-check"]),
        ("defaults\n option httpchk\nbackend x\n", "httpchk", "defaults", []),
        ("defaults a\n option httpchk\ndefaults b from a\nbackend x\n", "httpchk", "defaults a", []),
        ("defaults\n option httpchk\nbackend x\n option ssl-hello-chk\n", "ssl-hello-chk", None, ["ssl-hello-chk"]),
        ("defaults\n option httpchk\nfrontend x\n", None, None, []),
    ],
)
def test_health_check_option(text: str, check: str | None, origin: str | None, own: list[str]) -> None:
    found = proxy(text)
    assert (found.effective_check.value if found.effective_check else None) == check
    assert (found.effective_check.origin if found.effective_check else None) == origin
    assert [value.value for value in found.check_options] == own


def test_check_rules_are_inherited_as_a_whole() -> None:
    head = "defaults\n http-check send uri /a\n http-check expect status 200\n tcp-check connect\n"
    assert [line.args[0].value for line in proxy(head + "backend x\n").http_checks] == ["send", "expect"]
    assert [line.args[0].value for line in proxy(head + "backend x\n http-check connect\n").http_checks] == ["connect"]
    assert [line.args[0].value for line in proxy(head + "backend x\n").tcp_checks] == ["connect"]
    assert proxy(head + "frontend x\n").http_checks == []


def test_logs_are_inherited_until_no_log() -> None:
    head = "defaults\n log global\n"
    assert [line.first_arg for line in proxy(head + "listen x\n log 127.0.0.1 local0\n").logs] == [
        "global",
        "127.0.0.1",
    ]
    assert [line.first_arg for line in proxy(head + "listen x\n no log\n log stdout local0\n").logs] == ["stdout"]


def test_acls_and_routes() -> None:
    found = config(
        "frontend f\n acl a src 1.1.1.1\n acl b src 1.1.1.2\n acl a src 1.1.1.3\n use_backend one if a\n"
        " use_backend %[hdr(host)]\n use_backend gone\n default_backend two\nbackend one\nlisten two\n"
    )
    (frontend,) = found.named_proxies("f")
    assert {name: len(lines) for name, lines in frontend.acls.items()} == {"a": 2, "b": 1}
    assert [(use.backend.value, use.dynamic) for use in frontend.use_backends] == [
        ("one", False), ("%[hdr(host)]", True), ("gone", False),
    ]  # fmt: skip
    assert [word.value for word in frontend.use_backends[0].condition] == ["if", "a"]
    assert [(name.value, target.label if target else None) for name, target in found.routes(frontend)] == [
        ("one", "backend 'one'"), ("gone", None), ("two", "listen 'two'"),
    ]  # fmt: skip
    assert found.backend("f") is None
    assert found.frontend("two") is not None


@pytest.mark.parametrize(
    ("text", "disabled"),
    [
        ("listen x\n", False),
        ("listen x\n disabled\n", True),
        ("defaults\n disabled\nlisten x\n", True),
        ("defaults\n disabled\nlisten x\n enabled\n", False),
        ("listen x\n enabled\n disabled\n", True),
    ],
)
def test_disabled(text: str, disabled: bool) -> None:
    assert proxy(text).disabled is disabled


def test_global_sections_are_one() -> None:
    found = config("global\n maxconn 10\n user a\ndefaults\nglobal\n maxconn 20\n user b\n",
                   "global\n stats socket /x level admin\n log 1.1.1.1 local0\n")  # fmt: skip
    global_ = found.global_
    assert global_.maxconn is not None
    assert global_.maxconn.value == 10  # haproxy keeps the first one
    user = global_.setting("user")
    assert user is not None
    assert user.value == "b"
    (socket,) = global_.stats_sockets
    assert (socket.addresses[0].kind, socket.options["level"].value) == ("unix", "admin")
    assert global_.has("log")
    assert len(global_.logs) == 1
    assert config("listen x\n").global_.maxconn is None


def test_named_sections() -> None:
    found = config("userlist u\n user a\nuserlist u\nresolvers r\n nameserver a 1.1.1.1:53\ncache c\npeers p\n")
    assert [len(sections) for sections in found.named("userlist").values()] == [2]
    assert list(found.resolvers) == ["r"]
    assert list(found.peers) == ["p"]
    assert list(found.caches) == ["c"]
    assert [line.keyword for line in found.resolvers["r"][0].all("nameserver")] == ["nameserver"]
    assert list(found.kinds()) == ["userlist", "resolvers", "cache", "peers"]


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("listen x\n bind :1\n", True),
        ("listen x\n bind ${VIP}:1\n", False),
        ('listen x\n bind "$VIP:1"\n', False),
        ('global\n setenv VIP 10.0.0.1\nlisten x\n bind "$VIP:1"\n', True),
        ("listen x\n.if feature(LUA)\n.endif\n", False),
        ("listen x\n{{ include }}\n", False),
        ("listen x\n bind 'a\n", False),
        ("listen x\n bind :1", True),
    ],
)
def test_complete(text: str, complete: bool) -> None:
    assert config(text).complete is complete
