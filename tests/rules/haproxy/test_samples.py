"""Expressions in haproxy.cfg: where they are read, what is unknown in them, and what is left alone."""

from __future__ import annotations

import pytest

from tests.rules.haproxy.linting import backend, findings, refusals

SERVERS = ("server cp1 10.0.0.21:6443 check", "server cp2 10.0.0.22:6443 check")
_CODES = ("HA041", "HA042", "HA043", "HA044", "HA045")


def _said(text: str, version: str | None = None) -> list[tuple[str, str]]:
    found = [f for f in findings(text, version=version) if f.code in _CODES]
    lines = text.split("\n")
    places = [f.location for f in found]
    return [(f.code, lines[p.line - 1][p.column - 1 : p.end_column - 1]) for f, p in zip(found, places, strict=True)]


def _frontend(*lines: str, before: str = "") -> str:
    return backend(*SERVERS, frontend=lines, before=before, mode="http")


@pytest.mark.parametrize(
    ("line", "code", "word"),
    [
        ("acl a pth /a", "HA041", "pth"),
        ("acl a path,lowr /a", "HA041", "lowr"),
        ("http-request deny if !{ pth /a }", "HA041", "pth"),
        ("http-request deny unless { path /a } or { path,lowr /a }", "HA041", "lowr"),
        ("use_backend masters if { pth /a }", "HA041", "pth"),
        ("use_backend %[pth]", "HA041", "pth"),
        ("monitor fail if { nsrv(masters) lt 1 }", "HA041", "nsrv"),
        ("http-request set-var(txn.a) pth", "HA041", "pth"),
        ("http-request track-sc1 src,lowr table masters", "HA041", "lowr"),
        ("http-request capture pth len 10", "HA041", "pth"),
        ("http-request set-header X-A 'a b %[pth]'", "HA041", "pth"),
        ("http-request replace-path (.*) /a%[pth]", "HA041", "pth"),
        ("http-request redirect location /%[pth] code 302", "HA041", "pth"),
        ("http-request return status 200 content-type text/plain lf-string %[pth]", "HA041", "pth"),
        ("http-request deny deny_status 403 hdr X-A %[pth]", "HA041", "pth"),
        ("tcp-request content set-var(sess.a) pth", "HA041", "pth"),
        ("http-response set-header X-A %[res.hdr(a),lowr]", "HA041", "lowr"),
        ("unique-id-format %{+X}o%ci:%[pth]", "HA041", "pth"),
        ("acl a -i path /a", "HA041", "-i"),
        ("acl a path -m", "HA042", "-m"),
        ("acl a path -f /dev/null -m beg", "HA042", "-m"),
        ("acl a path -i -m regex a", "HA042", "regex"),
        ('log-format "%ci %{+Q"', "HA044", "%{"),
        ("log-format %ci\\ %CI", "HA044", "%ci\\ %CI"),
        ("http-request set-path %[path,", "HA044", ","),
        ("http-request set-header X-A 50%", "HA044", "%"),
        ("acl a hdr(host)lower a", "HA045", "lower"),
        ("acl a hdr(host a", "HA045", "hdr"),
        ("http-response set-header X-A %[path]", "HA045", "path"),
        ("tcp-request connection set-var(sess.a) path", "HA045", "path"),
        ("http-error status 400 content-type text/plain lf-string %[pth]", "HA041", "pth"),
        ("http-error status 400 content-type text/plain string a hdr X-A %[pth]", "HA041", "pth"),
        ("http-request set-header X-A %[path,field(a,/)]", "HA045", "field"),
        ("http-request set-header X-A %[path,field(0,/)]", "HA045", "field"),
        ("http-request set-header X-A %[var(host)]", "HA045", "var"),
        ("http-request set-header X-A %[src,ipmask(33)]", "HA045", "ipmask"),
        ("http-request set-header X-A %[method,ipmask(24)]", "HA045", "ipmask"),
        ("http-request sc-set-gpt0(0) pth", "HA041", "pth"),
        ("http-request set-mark pth", "HA041", "pth"),
        ("http-response set-bandwidth-limit a limit pth", "HA041", "pth"),
        ("acl a req.hdrs_bin -m int 1", "HA042", "int"),
        ("acl a var(txn.a) 1", "HA042", "var(txn.a)"),
        ("acl a src -u x 192.0.2.1", "HA042", "x"),
    ],
)
def test_what_haproxy_refuses_and_where(line: str, code: str, word: str) -> None:
    assert _said(_frontend(line)) == [(code, word)]


@pytest.mark.parametrize(
    "line",
    [
        "balance hash pth", "stick on pth", "stick match src,pth", "use-server %[pth] if TRUE",
        "server cp3 10.0.0.23:6443 check ssl verify none sni pth", "default-server ssl verify none sni pth",
        "http-check set-var(check.a) pth", "http-check expect status 200 on-error %[pth]",
        "http-check expect min-recv 5 status-code pth string a", "http-check send hdr X-A %[pth]",
        "http-check send meth GET uri-lf /%[pth]", "http-request set-timeout server pth",
    ],
)  # fmt: skip
def test_expressions_of_backends(line: str) -> None:
    assert _said(backend("stick-table type ip size 1k", line, *SERVERS, mode="http")) == [("HA041", "pth")]


@pytest.mark.parametrize(
    "line",
    [
        "acl a lua.check -m bool",
        "acl a path,lua.change -m beg /a",
        "acl a ssl_fc_ech_status -m found",
        'acl a "${FETCH}" -m found',
        "acl a path -- -x",
        "acl a path /a -i",
        "acl a hdr_dom(host),lower -i a",
        "redirect location /%zz",
        "http-request del-header %zz",
        'http-request return status 200 content-type text/plain string "100% %[pth]"',
        "http-request replace-header a %[a-z]x b",
        "http-request set-header X-A %[path,regsub('\\]',_)]",
        "http-request set-header X-A %(name)zz",
        'log-format "{{ format }}%"',
        "log-format %zz\n    log-format %ci",
        "log-format %zz\n    option httplog",
        "log-format %zz\n    disabled",
        "use_backend %[pth]\n    disabled",
        "acl a str(a) lower -m str a",  # a converter may be a word of its own
        "acl a bool(TRUE),not",
        "acl a src -- 192.0.2.1",
        "http-request set-timeout server 5s",
        "http-request set-header X-A %[path,map(/no/such/file)]",
        "http-request set-header X-A %[path,regsub('[',a)]",
    ],
)
def test_what_is_left_alone(line: str) -> None:
    assert _said(_frontend(line)) == []


def test_an_inherited_log_format_counts_where_it_is_used() -> None:
    defaults = "defaults base\n    mode http\n    log-format %zz\n"
    used = "frontend a\n    bind *:81\n    default_backend masters\n"
    text = _frontend()
    assert _said(defaults + text) == []
    assert _said(defaults + used + text) == [("HA044", "zz")]
    assert _said(defaults + used + "    log-format %ci\n" + text) == []


def test_lines_under_a_condition_are_left_alone() -> None:
    assert _said(_frontend("\n.if defined(X)", "acl a pth /a", "\n.endif")) == []


@pytest.mark.parametrize(
    ("line", "version", "said"),
    [
        ("acl a uptime gt 5", "2.8", [("HA043", "uptime")]),
        ("acl a uptime gt 5", "2.9", []),  # it came with 2.9 or 3.0
        ("acl a uptime gt 5", "3.0.11", []),
        ("acl a path,reverse a", "3.2", [("HA043", "reverse")]),
        ("acl a path,reverse a", None, []),
        ("http-response set-header X-A %[bc_setting_streams_limit]", "3.4", [("HA043", "bc_setting_streams_limit")]),
        ("http-response set-header X-A %[bc_setting_streams_limit]", "3.2", []),
        ("log-format %OG", "3.0", [("HA043", "OG")]),
        ("acl a pth a", "3.4", [("HA041", "pth")]),
        ("acl a pth a", "9.9", [("HA041", "pth")]),  # as the newest known release
        ("acl a path,lower,nosuch a", "1.5", [("HA041", "nosuch")]),
        ("acl a be_max_retries 3", "9.9", []),
        ("acl a uptime gt 5", "1.5", [("HA043", "uptime")]),
        ("acl a ssl_bc_sni -m found", "2.6", [("HA043", "ssl_bc_sni")]),
        ("acl a ssl_bc_sni -m found", "3.2", []),
        ("acl a quic_enabled", "2.6", []),
    ],
)
def test_releases(line: str, version: str | None, said: list[tuple[str, str]]) -> None:
    assert _said(_frontend(line), version) == said


def test_hostile_expressions_are_one_finding() -> None:
    assert _said(_frontend("acl a path" + ",lower" * 10_000 + ",lowr a")) == [("HA041", "lowr")]
    assert _said(_frontend("http-request deny if { pth " + "a" * 1_000_000 + " }")) == [("HA041", "pth")]
    many = [
        _frontend("http-request deny if { pth " + "a " * 300_000 + "}"),  # more words than a line can have
        _frontend("http-request deny if " + "{ path a } " * 20_000 + "{ pth a }"),
        _frontend("http-request set-header X-A " + "%[path]" * 140_000),  # too long to be judged
    ]
    assert [len(refusals(text)) for text in many] == [1, 1, 0]


def test_log_profiles() -> None:
    profile = "log-profile p\n    on accept format %zz\n    on any format %ci sd %[pth]\n"
    assert _said(profile + _frontend()) == [("HA044", "zz"), ("HA041", "pth")]


def test_what_default_server_says_counts_where_a_server_has_it() -> None:
    line, own = "default-server ssl verify none sni pth", "server cp1 10.0.0.21:6443 check sni str(a)"
    assert _said(backend(line, own, mode="http")) == []
    assert _said(backend(line, mode="http")) == []


@pytest.mark.parametrize(
    ("line", "version", "said"),
    [
        ("http-request set-header X-A %[src,bytes(a)]", "2.6", [("HA045", "bytes")]),
        ("http-request set-header X-A %[src,bytes(txn.a)]", "2.6", [("HA045", "bytes")]),
        ("http-request set-header X-A %[src,bytes(txn.a)]", "3.0", []),
        ("http-request set-header X-A %[src,bytes(txn.a)]", None, []),
        ("http-request set-header X-A %[query(with_qm)]", "3.0", [("HA045", "query")]),
        ("http-request set-header X-A %[query(with_qm)]", "3.2", []),
        ("acl a path,map_str_ip(/a) -m ip 192.0.2.1", "2.6", [("HA042", "ip")]),
        ("acl a path,map_str_ip(/a) -m ip 192.0.2.1", "3.0", []),
    ],
)
def test_arguments_and_types_by_release(line: str, version: str | None, said: list[tuple[str, str]]) -> None:
    assert _said(_frontend(line), version) == said


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("acl a nbsrv(nobody) lt 1", "nobody"),
        ("acl a nbsrv lt 1", "nbsrv"),
        ("acl a nbsrv(api) lt 1", "api"),
        ("acl a srv_is_up(masters/cp9)", "masters/cp9"),
        ("acl a http_auth(nobody)", "nobody"),
        ("http-request track-sc0 src", "src"),
        ("http-request track-sc0 src table nobody", "nobody"),
        ("http-request set-header X-A %[src,table_conn_cnt(nobody)]", "nobody"),
    ],
)
def test_names_that_nothing_has(line: str, word: str) -> None:
    text = _frontend(line)
    (found,) = [f for f in findings(text) if f.code == "HA031"]
    at = found.location
    assert text.split("\n")[at.line - 1][at.column - 1 : at.end_column - 1] == word
