"""Facts from the command line are laid over halb.toml's and become the same model."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface

import pytest

from rules.plan import ClusterError, Phase, parse_cluster
from rules.plan.given import COMMAND_LINE, Given

PLAN = """\
[cluster]
endpoint = "kube.example.com"
port = 8443
phase = "bootstrap"

[vip]
address = "192.0.2.10/24"
address6 = "2001:db8::10/64"

[[control_plane]]
name = "cp1"
address = "192.0.2.21"

[[control_plane]]
name = "cp2"
address = "192.0.2.22"
"""


def test_without_options_the_file_stays_as_it_is() -> None:
    base = parse_cluster(PLAN, "halb.toml")
    assert Given().cluster(base) is base
    assert Given().cluster(None) is None


def test_options_alone_make_a_cluster_whose_places_are_on_the_command_line() -> None:
    cluster = Given("kube.example.org:8443", ["192.0.2.99"], "192.0.2.21", "cutover").cluster(None)
    assert cluster is not None
    assert cluster.endpoint is not None
    assert cluster.endpoint.value == "kube.example.org"
    assert cluster.endpoint.span.source.path == COMMAND_LINE
    assert cluster.endpoint.span.text == "kube.example.org:8443"
    assert cluster.port is not None
    assert cluster.port.value == 8443
    assert cluster.phase is not None
    assert cluster.phase.value is Phase.CUTOVER
    assert cluster.phase.span.text == "cutover"
    assert cluster.vip.address is not None
    assert cluster.vip.address.value.ip == ip_address("192.0.2.99")


def test_an_option_replaces_one_value_and_leaves_the_others() -> None:
    cluster = Given(endpoint="api.example.com", vips=["192.0.2.11"]).cluster(parse_cluster(PLAN, "halb.toml"))
    assert cluster is not None
    assert cluster.endpoint is not None
    assert cluster.endpoint.value == "api.example.com"
    assert cluster.port is not None
    assert cluster.port.value == 8443
    assert cluster.vip.address is not None
    assert cluster.vip.address.value.ip == ip_address("192.0.2.11")
    assert cluster.vip.address6 is not None
    assert cluster.vip.address6.value == ip_interface("2001:db8::10/64")


def test_a_vip_of_the_second_family_joins_the_first() -> None:
    cluster = Given(vips=["2001:db8::99"]).cluster(parse_cluster(PLAN, "halb.toml"))
    assert cluster is not None
    assert cluster.vip.address is not None
    assert cluster.vip.address.value.version == 4
    assert cluster.vip.address6 is not None
    assert cluster.vip.address6.value.ip == ip_address("2001:db8::99")


@pytest.mark.parametrize(
    ("address", "names"), [("192.0.2.22", ["cp2", "cp1"]), ("192.0.2.9", ["initial master", "cp1", "cp2"])]
)
def test_the_initial_master_comes_first_known_or_not(address: str, names: list[str]) -> None:
    cluster = Given(initial_master=address).cluster(parse_cluster(PLAN, "halb.toml"))
    assert cluster is not None
    assert [node.name.value for node in cluster.control_plane] == names


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Given(endpoint="Kube.example.com"), "write 'kube.example.com'"),
        (Given(endpoint="kube.example.com:https"), "the port must be"),
        (Given(endpoint="kube.example.com:70000"), "1 to 65535"),
        (Given(vips=["192.0.2"]), "--vip '192.0.2': not an IP address"),
        (Given(vips=["192.0.2.1/99"]), "prefix length"),
        (Given(initial_master="cp1"), "--initial-master 'cp1'"),
        (Given(phase="later"), "bootstrap or cutover"),
    ],
)
def test_a_wrong_option_is_named_with_what_it_takes(given: Given, words: str) -> None:
    with pytest.raises(ClusterError, match=words):
        given.cluster(None)
