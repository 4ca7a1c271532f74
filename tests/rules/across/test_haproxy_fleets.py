"""The haproxy files of several nodes against each other: XN101 and XN102."""

from __future__ import annotations

import pytest

from tests.rules.haproxy.linting import DEFAULTS, fleet

_STATISTICS = "listen s\n    bind *:{}\n    stats enable\n"
A, B, C = ("10.0.0.21:6443", "10.0.0.22:6443", "10.0.0.23:6443")


def config(*servers: str, name: str = "masters", bind: str = "*:6443", more: str = "") -> str:
    lines = "".join(f"    server s{number} {server} check\n" for number, server in enumerate(servers))
    return f"{DEFAULTS}frontend api\n    bind {bind}\n    default_backend {name}\nbackend {name}\n{lines}{more}"


def keepalived(me: int, vip: str = "10.0.0.10") -> str:
    return (
        "vrrp_instance api {\n    interface eth0\n    virtual_router_id 7\n"
        f"    priority {100 + me}\n    virtual_ipaddress {{\n        {vip}/24\n    }}\n}}\n"
    )


def nodes(*texts: str) -> dict[str, str]:
    return {f"lb{number}/haproxy.cfg": text for number, text in enumerate(texts, 1)}


def joined(*texts: str) -> dict[str, str]:
    return nodes(*texts) | {f"lb{n}/keepalived.conf": keepalived(n) for n in range(1, len(texts) + 1)}


def test_equal_sets_are_no_difference() -> None:
    assert fleet(nodes(config(A, B, C), config(C, A, B)), "XN101") == []


def test_a_missing_server_is_named_with_both_places() -> None:
    (finding,) = fleet(nodes(config(A, B, C), config(A, B)), "XN101")
    assert "lb2 lacks 10.0.0.23:6443" in finding.message
    assert (finding.location.node, finding.location.file) == ("lb2", "lb2/haproxy.cfg")
    (other,) = finding.related
    assert (other.node, other.source.line(other.line).split()[2]) == ("lb1", C)


def test_an_old_address_is_the_place() -> None:
    (finding,) = fleet(nodes(config(A, B, C), config(A, B, "10.0.0.99:6443")), "XN101")
    assert finding.location.source.line(finding.location.line).split()[2] == "10.0.0.99:6443"
    assert "lacks 10.0.0.23:6443" in finding.message
    assert "and also has 10.0.0.99:6443" in finding.message


def test_three_nodes_are_one_finding_per_difference() -> None:
    (finding,) = fleet(nodes(config(A, B, C), config(A, B), config(A, B, C)), "XN101")
    assert finding.location.node == "lb2"
    assert [place.node for place in finding.related] == ["lb1", "lb3"]
    assert len(fleet(nodes(config(A, B, C), config(A, B), config(A, C), config(A, B, C)), "XN101")) == 2


def test_names_of_backends_do_not_matter_for_the_api() -> None:
    (finding,) = fleet(nodes(config(A, B, C), config(A, B, name="kube")), "XN101")
    assert "the backend of the Kubernetes API" in finding.message


def test_other_backends_are_compared_by_name_and_warned_of() -> None:
    web = "backend web\n    server a 10.0.0.31:80 check\n    server b {}:80 check\n"
    files = nodes(config(A, more=web.format("10.0.0.32")), config(A, more=web.format("10.0.0.33")))
    (finding,) = fleet(files, "XN101")
    assert finding.severity.word == "warning"


@pytest.mark.parametrize(
    "files",
    [
        nodes(config(A, B), config("10.9.0.21:6443", "10.9.0.22:6443")),  # another cluster
        nodes(config(A, B), config("$MASTER:6443", A)),
        nodes(config(A, B)),
        nodes(config(A, B), DEFAULTS),
        joined(
            config(A, more="backend local\n    server a 10.0.0.1:80 check\n"),
            config(A, more="backend local\n    server a 10.0.0.2:80 check\n"),
        ),
        joined(
            config(A, more="listen stats\n    bind *:8404\n    server a 127.0.0.1:1\n"),
            config(A, more="listen stats\n    bind *:8405\n    server a 127.0.0.1:2\n"),
        ),
    ],
    ids=["two-clusters", "variable", "one-node", "nothing-there", "own-application", "local"],
)
def test_differences_that_are_none(files: dict[str, str]) -> None:
    assert fleet(files, "XN101") == []


def test_one_vip_joins_nodes_whose_servers_have_nothing_in_common() -> None:
    assert len(fleet(joined(config(A), config(B)), "XN101")) == 1


def test_a_file_that_serves_both_nodes_is_no_difference() -> None:
    files = {"haproxy.cfg": config(A, B), "master.conf": keepalived(1), "backup.conf": keepalived(2)}
    assert fleet(files, "XN101") == fleet(files, "XN102") == []


# -- XN102


def test_ports_of_the_api() -> None:
    (finding,) = fleet(nodes(config(A, B), config(A, B, bind="*:8443")), "XN102")
    assert "8443 on lb2" in finding.message
    assert "port 6443 is closed" in finding.message
    assert [place.node for place in finding.related] == ["lb1"]


def test_addresses_do_not_matter_and_neither_do_names() -> None:
    files = nodes(config(A, bind="10.0.0.1:6443"), config(A, bind="10.0.0.2:6443", name="x").replace("api", "api2"))
    assert fleet(files, "XN102") == []


def test_a_port_more_on_one_node() -> None:
    (finding,) = fleet(nodes(config(A, bind="*:6443,*:443"), config(A)), "XN102")
    assert "port 443 is closed when the VIP is on lb2" in finding.message


def test_other_frontends_are_compared_by_name() -> None:
    web = "frontend web\n    bind *:{}\n    default_backend masters\n"
    (finding,) = fleet(
        nodes(config(A, more=web.format(80)), config(A, more=web.format(8080)), config(A, more=web.format(80))), "XN102"
    )
    assert finding.location.node == "lb2"


@pytest.mark.parametrize(
    "files",
    [
        nodes(config(A, more=_STATISTICS.format(1)), config(A, more=_STATISTICS.format(2))),
        nodes(config(A), config("10.9.0.21:6443", bind="*:8443")),
        nodes(config(A), config(A, bind="*:$PORT")),
        nodes(config(A), config(A, bind="/run/api.sock")),
    ],
    ids=["statistics", "two-clusters", "variable", "socket"],
)  # fmt: skip
def test_ports_that_may_differ(files: dict[str, str]) -> None:
    assert fleet(files, "XN102") == []
