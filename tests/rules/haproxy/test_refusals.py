"""Words and values that haproxy refuses, and those that it only seems to refuse."""

from __future__ import annotations

import pytest

from tests.rules.haproxy.linting import DEFAULTS, backend, findings, of, refusals

SERVERS = ("server cp1 10.0.0.21:6443 check", "server cp2 10.0.0.22:6443 check")
# -- HA029


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (backend("blance roundrobin", *SERVERS), "balance"),
        (backend("option httpcheck", *SERVERS), "httpchk"),
        (backend("timeout sever 5s", *SERVERS), "server"),
        (backend("default-server chekc", *SERVERS), "check"),
        (backend("server cp1 10.0.0.21:6443 check fal 3"), "fall"),
        (backend("http-check expct status 200", *SERVERS), "expect"),
        (backend("http-request dney", *SERVERS), "deny"),
        (backend("Balance roundrobin", *SERVERS), "balance"),
        (backend(*SERVERS).replace("\nbackend masters", "\nbakcend masters"), "backend"),
        (backend(*SERVERS).replace("frontend api", "Frontend api"), "frontend"),
        ("global\n    maxcon 100\n" + backend(*SERVERS), "maxconn"),
        (backend(*SERVERS) + "resolvers dns\n    nameservr ns1 192.0.2.53:53\n", "nameserver"),
        (backend(*SERVERS) + "peers pair\n    per lb1 192.0.2.11:10000\n", "peer"),
        (backend(*SERVERS, frontend=("use-backend masters",)), "use_backend"),
    ],
)
def test_unknown_words_and_what_was_meant(text: str, meant: str) -> None:
    assert refusals(text) == ["HA029"]
    (finding,) = of("HA029", text)
    assert f"'{meant}'" in finding.help


def test_a_misspelled_section_is_one_mistake() -> None:
    text = backend(*SERVERS).replace("\nbackend masters\n", "\nbackned masters\n    bogus 1\n    balance nonsense\n")
    assert refusals(text) == ["HA029"]


def test_a_backslash_at_the_end_is_one_mistake() -> None:
    (finding,) = of(
        "HA029", backend("server cp1 10.0.0.21:6443 \\", "check inter 2s", "server cp2 10.0.0.22:6443 check")
    )
    assert (finding.location.line, finding.location.column) == (10, 31)


@pytest.mark.parametrize(
    "text",
    [
        backend("hash-preserve-affinity always", *SERVERS),  # 3.2
        backend(*SERVERS, frontend=("timeout client-hs 10s",)),  # 3.0
        backend("option use-small-buffers", *SERVERS),  # 3.4
        backend("option use-small-buffers queue l7-retries", *SERVERS),  # 3.4
        backend("option tcp-check", "tcp-check set-var(check.x) int(1)", "tcp-check unset-var(check.x)", *SERVERS),
        backend("option tcp-check", "tcp-check set-var-fmt(check.x) %[int(1)]", *SERVERS),
        backend("filter lua.trace", "tcp-request content lua.judge 1", "http-request lua.judge", *SERVERS),
        backend(*SERVERS, before="global\n    tune.lua.openlibs all\n    51degrees-cache-size 5000\n"),
        backend(*SERVERS, before="defaults base\n    mode tcp\ndefaults more from base extra\n    mode tcp\n"),
        backend("server cp1 10.0.0.21:6443 check strict-maxconn", SERVERS[1]),  # 3.2
        backend("option httpchk", "http-check connect ssl", "default-server verify none", *SERVERS),
        backend("server cp1 10.0.0.21:6443 source 10.0.0.5 usesrc clientip interface eth0", SERVERS[1]),
        backend("server cp1 10.0.0.21:6443 set-proxy-v2-tlv-fmt(0xE1) %[fc_pp_tlv(0xE1)] check", SERVERS[1]),
        backend("{{ extra_lines }}", *SERVERS),
        backend("server cp1 10.0.0.21:6443 ${OPTIONS}", SERVERS[1]),
        backend("no option redispatch", "no log", *SERVERS),
        backend(*SERVERS) + "log-forward logs\n    brand-new-keyword 1\n",
        backend(*SERVERS) + ".if defined(DEBUG)\n    bogus\n.endif\n",
        backend(*SERVERS) + ".if 0\n    bogus\n.endif\n",
        backend('http-request set-header X "a b" if TRUE', *SERVERS, mode="http"),
    ],
)
def test_words_that_are_left_alone(text: str) -> None:
    assert refusals(text) == []


@pytest.mark.parametrize(
    ("section", "line"),
    [("defaults", "server a 10.0.0.1:80"), ("defaults", "acl a src 10.0.0.1"), ("frontend", "server a 10.0.0.1:80")],
)
def test_known_words_in_the_wrong_section(section: str, line: str) -> None:
    text = backend(*SERVERS)
    if section == "defaults":
        text = text.replace("    timeout connect", f"    {line}\n    timeout connect")
    else:
        text = backend(*SERVERS, frontend=(line,))
    assert refusals(text) == ["HA029"]


# -- HA030


@pytest.mark.parametrize(
    "text",
    [
        "global\n    nbproc 2\n" + backend(*SERVERS),
        backend("reqadd X-Y:\\ z", *SERVERS),
        backend("block if TRUE", *SERVERS),
        backend("option http-use-htx", *SERVERS),
        backend(*SERVERS).replace("timeout connect 5s", "contimeout 5s"),
        DEFAULTS + "listen api :6443\n    server a 10.0.0.21:6443 check\n",
        DEFAULTS + "listen api 10.0.0.5:80,10.0.0.6:80\n    server a 10.0.0.21:6443 check\n",
    ],
)
def test_removed_words_are_one_finding(text: str) -> None:
    assert refusals(text) == ["HA030"]


@pytest.mark.parametrize(
    ("version", "lines", "code"),
    [
        (None, ("hash-preserve-affinity always",), None),
        ("2.8", ("hash-preserve-affinity always",), "HA060"),
        ("3.2", ("hash-preserve-affinity always",), None),
        ("3.4", ("option accept-invalid-http-response",), "HA030"),
        (None, ("option accept-invalid-http-response",), None),
        ("2.6", ("default-server strict-maxconn",), "HA060"),
        ("3.4", ("dispatch 10.0.0.9:80",), None),
        ("2.7", ("hash-preserve-affinity always",), "HA060"),
        ("2.6", ("tcp-request content set-bc-mark 1",), "HA060"),
        ("2.6", ("http-request pause 5",), "HA060"),
        ("3.2", ("http-request pause 5",), None),
        ("2.6", ("balance sticky",), "HA060"),
        ("nonsense", ("hash-preserve-affinity always",), None),
    ],
)
def test_words_of_some_versions(version: str | None, lines: tuple[str, ...], code: str | None) -> None:
    found = findings(backend(*lines, *SERVERS, mode="http"), version=version)
    judged = [finding for finding in found if finding.code in ("HA029", "HA030", "HA060")]
    assert [(finding.code, finding.severity.word) for finding in judged] == ([(code, "error")] if code else [])


def test_a_keyword_of_global_in_a_backend_is_no_removed_one() -> None:
    (finding,) = of("HA029", backend("master-worker", *SERVERS))
    assert "'global'" in finding.help


# -- HA031


def test_undefined_backend_and_what_was_meant() -> None:
    (finding,) = of("HA031", backend(*SERVERS).replace("default_backend masters", "default_backend master"))
    assert "'masters'" in finding.help
    assert finding.location.line == 8


@pytest.mark.parametrize(
    "lines",
    [
        ("use_backend nowhere if TRUE",),
        ("tcp-request connection reject if nobody",),
        ("tcp-request connection reject if { src 10.0.0.1 } nobody",),
        ("tcp-request connection reject if {src 10.0.0.1}",),
        ("acl office src 10.0.0.1", "tcp-request connection reject if ( office )"),
        ("acl a nbsrv(nowhere) lt 1",),
        ("acl a http_auth(nobody)",),
        ("stick-table type ip size 1k peers nobody",),
        ("http-request do-resolve(txn.ip,nowhere) hdr(host)",),
        ("errorfiles nothing",),
    ],
)
def test_undefined_names(lines: tuple[str, ...]) -> None:
    assert refusals(backend(*SERVERS, frontend=lines, mode="http")) == ["HA031"]


@pytest.mark.parametrize(
    "lines",
    [
        ("use_backend %[req.hdr(host)]",),
        ("use_backend %[req.hdr(host),lower] if TRUE",),
        ("acl a src 10.0.0.1", "acl a src 10.0.0.2", "tcp-request connection reject if a or !a || ! a"),
        ("acl if src 10.0.0.1",),
        ("tcp-request connection reject if { src 10.0.0.1 } !{ dst 10.0.0.2 } METH_GET",),
        ('http-request set-header X-If "if" if TRUE',),
        ("acl a nbsrv(masters) lt 1", "acl b srv_is_up(masters/cp1)", "acl c fe_conn gt 5"),
        ("tcp-request connection reject if ${CONDITION}",),
    ],
)
def test_names_that_are_known_or_open(lines: tuple[str, ...]) -> None:
    assert of("HA031", backend(*SERVERS, frontend=lines, mode="http")) == []


def test_a_part_of_a_configuration_has_no_undefined_backends() -> None:
    assert of("HA031", DEFAULTS + "frontend api\n    bind *:6443\n    default_backend elsewhere\n") == []


def test_the_order_of_acls_counts() -> None:
    lines = ("tcp-request connection reject if office", "acl office src 10.0.0.1")
    (finding,) = of("HA031", backend(*SERVERS, frontend=lines))
    assert "above its definition" in finding.message
    assert of("HA031", backend(*SERVERS, frontend=lines[::-1])) == []


def test_servers_that_are_named() -> None:
    assert len(of("HA031", backend("use-server cp9 if TRUE", *SERVERS))) == 1
    assert of("HA031", backend("use-server cp1 if TRUE", *SERVERS)) == []
    assert len(of("HA031", backend(*SERVERS, "server c 10.0.0.23:6443 track cp9"))) == 1
    assert len(of("HA031", backend(*SERVERS, "server c 10.0.0.23:6443 track masters/cp9"))) == 1
    assert of("HA031", backend(*SERVERS, "server c 10.0.0.23:6443 track masters/cp1")) == []
    assert of("HA031", backend(*SERVERS, "server c 10.0.0.23:6443 track cp1")) == []


# -- HA035


def test_frontends_without_bind() -> None:
    text = backend(*SERVERS).replace("    bind *:6443\n", "")
    (finding,) = of("HA035", text)
    assert finding.severity.word == "error"
    assert of("HA035", text.replace("frontend api\n", "frontend api\n    disabled\n")) == []
    assert of("HA035", text.replace("frontend api\n", "frontend api\n{{ binds }}\n")) == []
    (listen,) = of("HA035", DEFAULTS + "listen api\n    server a 10.0.0.21:80 check\n")
    assert listen.severity.word == "warning"
