"""haproxy's addresses against keepalived's: XN201 and XN202."""

from __future__ import annotations

import pytest

from tests.rules.haproxy.linting import backend, fleet

SERVERS = ("server a 10.0.0.21:6443 check", "server b 10.0.0.22:6443 check")

SECOND_FAMILY = (
    "vrrp_instance six {\n    interface eth0\n    virtual_router_id 8\n    priority 100\n"
    "    virtual_ipaddress {\n        fd00::10/64\n    }\n}\n"
)


def node(bind: str, *vips: str, more: str = "", mode: str = "tcp", port: int = 6443) -> dict[str, str]:
    text = backend(*SERVERS, mode=mode).replace("bind *:6443", f"bind {bind}").replace(":6443 check", f":{port} check")
    lines = "".join(f"        {vip}\n" for vip in vips or ("10.0.0.10/24",))
    conf = (
        "vrrp_instance api {\n    interface eth0\n    virtual_router_id 7\n    priority 100\n"
        f"    virtual_ipaddress {{\n{lines}    }}\n}}\n"
    )
    return {"lb1/haproxy.cfg": text, "lb1/keepalived.conf": conf + more}


@pytest.mark.parametrize(
    "files",
    [
        node("127.0.0.1:6443"),
        node("10.0.0.11:6443"),
        node("10.0.0.11:6443,127.0.0.1:6443"),
        node("*:6443", "fd00::10/64"),
        node("*:6443", more=SECOND_FAMILY),
        node(":::6443 v6only"),
        node("127.0.0.1:80", port=80),
    ],
)
def test_vip_that_nothing_listens_on(files: dict[str, str]) -> None:
    (finding,) = fleet(files, "XN201")
    assert finding.location.file == "lb1/haproxy.cfg"
    assert {place.file for place in finding.related} >= {"lb1/keepalived.conf"}


@pytest.mark.parametrize(
    "files",
    [
        node("*:6443"),
        node(":6443"),
        node("0.0.0.0:6443"),
        node("[::]:6443", "fd00::10/64"),
        node(":::6443 v4v6"),
        node(":::6443 v4v6", more=SECOND_FAMILY),
        node("[::]:6443"),
        # keepalived skips the IPv6 address (KA023)
        node("*:6443", "10.0.0.10/24", "fd00::10/64"),
        node("10.0.0.10:6443"),
        node("10.0.0.10:6443", "10.0.0.10/24", "10.0.0.20/24"),
        node("$VIP:6443"),
        node("lb.example.com:6443"),
        node("127.0.0.1:6443", "${VIP}"),
        node("127.0.0.1:80", port=80, mode="http"),
        node("127.0.0.1:6443", more="virtual_server 10.0.0.10 6443 {\n    lb_kind DR\n}\n"),
    ],
)
def test_vip_that_is_covered_or_open(files: dict[str, str]) -> None:
    assert fleet(files, "XN201") == []


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (node("127.0.0.1:6443"), "bind *:6443"),
        (node("*:8443", "fd00::10/64"), "bind :::8443 v4v6"),
        (node("*:6443", more=SECOND_FAMILY), "bind :::6443 v4v6"),
        (node("[::1]:6443", "fd00::10/64"), "bind :::6443 v4v6"),
        (node("[::]:6443 v6only", more=SECOND_FAMILY), "bind :::6443 v4v6"),
    ],
)
def test_the_line_to_write_covers_every_family(files: dict[str, str], line: str) -> None:
    (finding,) = fleet(files, "XN201")
    assert finding.help == f"write '{line}'"


def test_binding_the_vip_is_one_warning_per_file() -> None:
    (finding,) = fleet(node("10.0.0.10:6443,10.0.0.10:443"), "XN202")
    assert finding.severity.word == "warning"
    assert "net.ipv4.ip_nonlocal_bind" in finding.message
    assert [place.line for place in finding.related if place.file.endswith("haproxy.cfg")] == [7]


def test_ipv6_names_its_own_setting() -> None:
    (finding,) = fleet(node("[fd00::10]:6443", "fd00:0::10/64"), "XN202")
    assert "net.ipv6.ip_nonlocal_bind" in finding.message


def test_the_old_spelling_on_the_header_binds_too() -> None:
    files = node("*:6443")
    files["lb1/haproxy.cfg"] += "listen web 10.0.0.10:80\n    server a 10.0.0.31:80 check\n"
    (finding,) = fleet(files, "XN202")
    assert finding.location.line == 12


@pytest.mark.parametrize(
    "bind", ["*:6443", "10.0.0.10:6443 transparent", "10.0.0.11:6443", "127.0.0.1:6443", "$VIP:6443", "/run/x.sock"]
)
def test_binds_that_need_no_setting(bind: str) -> None:
    assert fleet(node(bind), "XN202") == []
