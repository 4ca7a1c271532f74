"""What a proxy of the Kubernetes API is, and what the rules about it leave alone."""

from __future__ import annotations

import pytest

from parsers import parse_haproxy
from parsers.facts.haproxy import haproxy_facts
from rules.support.haproxy.routing import api_proxies
from tests.rules.haproxy.linting import DEFAULTS, backend, codes, of

SERVERS = ("server cp1 10.0.0.21:6443 check", "server cp2 10.0.0.22:6443 check")


def api_names(text: str) -> list[str]:
    return [api.backend.label for api in api_proxies(haproxy_facts([parse_haproxy(text)]))]


def pair(name: str, port: int, bind: int, mode: str = "tcp") -> str:
    return (
        DEFAULTS.replace("tcp", mode)
        + f"frontend {name}-in\n    bind *:{bind}\n    default_backend {name}\n"
        + f"backend {name}\n    server a 10.0.0.21:{port} check\n    server b 10.0.0.22:{port} check\n"
    )


@pytest.mark.parametrize(
    ("name", "port", "bind"),
    [
        ("anything", 6443, 6443),
        ("anything", 6443, 443),
        ("anything", 8443, 6443),
        ("kube-apiserver", 443, 443),
        ("k8s_masters", 8443, 8443),
        ("control-plane", 16443, 8443),
    ],
)
def test_api_backends(name: str, port: int, bind: int) -> None:
    assert api_names(pair(name, port, bind)) == [f"backend '{name}'"]


@pytest.mark.parametrize(
    ("name", "port", "bind", "mode"),
    [
        ("web", 443, 443, "tcp"),
        ("k8s-ingress-https", 443, 443, "tcp"),
        ("k8s-ingress", 30443, 443, "tcp"),
        ("mysql-master", 3306, 3306, "tcp"),
        ("kube-dashboard", 8443, 8443, "tcp"),
        ("kube-apiserver", 8080, 8080, "tcp"),
        ("k8s-web", 8443, 8443, "http"),
        ("app", 8443, 8443, "tcp"),
    ],
)
def test_other_backends(name: str, port: int, bind: int, mode: str) -> None:
    assert api_names(pair(name, port, bind, mode)) == []


def test_a_server_without_port_is_asked_on_the_clients_port() -> None:
    assert api_names(backend("server cp1 10.0.0.21", "server cp2 10.0.0.22")) == ["backend 'masters'"]


def test_a_good_file_has_no_findings() -> None:
    options = "default-server check-ssl verify none on-marked-down shutdown-sessions"
    assert codes(backend("option httpchk GET /readyz", options, *SERVERS)) == []


def test_a_web_proxy_is_none_of_the_kubernetes_rules_business() -> None:
    text = DEFAULTS.replace("tcp", "http").replace("1h", "30s") + (
        "frontend web\n    bind *:443 ssl crt /etc/web.pem\n    default_backend app\n"
        "backend app\n    option httpchk GET /healthz\n"
        "    server a 10.0.0.31:8080 check maxconn 50 send-proxy\n    server b 10.0.0.32:8443 check ssl verify none\n"
    )
    assert codes(text) == []


# -- HA002


@pytest.mark.parametrize(
    "lines",
    [
        ("option httpchk", "http-check connect ssl", "default-server check verify none"),
        ("option httpchk", "default-server check check-ssl verify none"),
        ("option httpchk", "default-server check port 8080"),
        ("option httpchk", "http-check connect port 8080", "default-server check"),
        ("option httpchk", "option tcp-check", "default-server check"),
        ("option httpchk",),
    ],
    ids=["connect-ssl", "check-ssl", "check-port", "connect-port", "replaced", "no-check"],
)
def test_checks_that_do_not_send_plain_http_to_tls(lines: tuple[str, ...]) -> None:
    text = backend(*lines, "server cp1 10.0.0.21:6443", "server cp2 10.0.0.22:6443")
    assert of("HA002", text) == []


def test_plain_http_check_of_443_in_tcp_is_a_warning() -> None:
    text = pair("web", 443, 443).replace("backend web\n", "backend web\n    option httpchk\n")
    (finding,) = of("HA002", text)
    assert finding.severity.word == "warning"


def test_check_option_inherited_from_defaults_is_found() -> None:
    text = backend(*SERVERS).replace("    timeout connect 5s\n", "    timeout connect 5s\n    option httpchk\n")
    (finding,) = of("HA002", text)
    assert finding.location.line == 4


# -- HA004


def timeouts(client: str, server: str, *more: str) -> str:
    text = backend(*more, *SERVERS)
    return text.replace("client 1h", f"client {client}").replace("server 1h", f"server {server}")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (timeouts("50s", "50s"), [4]),
        (timeouts("1h", "9m"), [5]),
        (timeouts("50000", "1h"), [4]),
        (timeouts("50s", "50s", "timeout tunnel 1h"), []),
        (timeouts("50s", "50s", "timeout tunnel 0"), [4]),
        (timeouts("1h", "1h", "timeout tunnel 30s"), [10]),
        (timeouts("10m", "10m"), []),
        (timeouts("0", "0"), []),
        (timeouts("60", "1h"), []),  # HA005 says that this is 60 ms
    ],
)
def test_idle_timeouts(text: str, lines: list[int]) -> None:
    assert [finding.location.line for finding in of("HA004", text)] == lines


def test_idle_timeouts_are_graded() -> None:
    severities = [of("HA004", timeouts(value, "1h"))[0].severity.word for value in ("20s", "60s", "61s", "9m")]
    assert severities == ["warning", "warning", "info", "info"]


def test_one_place_is_reported_once_for_several_backends() -> None:
    text = timeouts("50s", "50s") + "listen rke2\n    bind *:9345\n    server cp1 10.0.0.21:6443 check\n"
    assert len(of("HA004", text)) == 1


# -- HA006


def test_limit_of_default_server_is_reported_once() -> None:
    text = backend("default-server check maxconn 20", "server cp1 10.0.0.21:6443", "server cp2 10.0.0.22:6443")
    (finding,) = of("HA006", text)
    assert finding.location.line == 10
    assert "2 servers" in finding.message


def test_limits_on_the_lines_are_reported_one_by_one() -> None:
    text = backend("server cp1 10.0.0.21:6443 check maxconn 20", "server cp2 10.0.0.22:6443 check maxconn 249")
    assert [finding.location.line for finding in of("HA006", text)] == [10, 11]


@pytest.mark.parametrize("limit", ["0", "250", "2000"])
def test_limits_that_are_no_problem(limit: str) -> None:
    assert of("HA006", backend(f"default-server check maxconn {limit}", "server cp1 10.0.0.21:6443")) == []


def test_limit_of_the_frontend() -> None:
    (finding,) = of("HA006", backend(*SERVERS, frontend=("maxconn 100",)))
    assert "frontend 'api'" in finding.message


# -- HA010, HA011


def test_reencryption_with_a_client_ca_is_left_alone() -> None:
    text = backend("server cp1 10.0.0.21:6443 check ssl verify none").replace(
        "bind *:6443", "bind *:6443 ssl crt /a.pem ca-file /ca.pem verify required"
    )
    assert of("HA010", text) == []


def test_reencryption_without_client_certificates_is_a_warning() -> None:
    text = backend("server cp1 10.0.0.21:6443 check ssl verify none").replace("bind *:6443", "bind *:6443 ssl crt /a")
    (finding,) = of("HA010", text)
    assert finding.severity.word == "warning"


def test_send_proxy_is_reported_where_it_is_set() -> None:
    text = backend("default-server check send-proxy-v2", "server cp1 10.0.0.21:6443", "server cp2 10.0.0.22:6443")
    (finding,) = of("HA011", text)
    assert finding.location.line == 10
