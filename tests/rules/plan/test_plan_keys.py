"""The keys of halb.toml that say how its files are rendered, and the form of the file."""

from __future__ import annotations

import pytest

from rules.plan import ClusterError, parse_cluster


def wrong(text: str) -> str:
    with pytest.raises(ClusterError) as caught:
        parse_cluster(text, "halb.toml")
    return str(caught.value)


def test_the_keys_are_read() -> None:
    cluster = parse_cluster(
        "[cluster]\nschema = 1\nlayout = 'stacked'\n[vrrp]\ntrack = 'script'\n"
        "[haproxy]\nbind = 'vip'\nhealth-port = 8406\nrun = 'static-pod'\n",
        "halb.toml",
    )
    values = {path.name: (setting.value, setting.span.line) for path, setting in cluster.values.items()}
    assert values == {
        "cluster.schema": (1, 2),
        "cluster.layout": ("stacked", 3),
        "vrrp.track": ("script", 5),
        "haproxy.bind": ("vip", 7),
        "haproxy.health-port": (8406, 8),
        "haproxy.run": ("static-pod", 9),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[cluster]\nlayout = 'stakced'\n", "2: [cluster] layout can't be 'stakced'; did you mean 'stacked'?"),
        ("[vrrp]\ntrack = 'x'\n", "2: [vrrp] track can't be 'x'; it takes process or script"),
        ("[haproxy]\nbind = '*'\n", "2: [haproxy] bind can't be '*'; it takes any or vip"),
        ("[haproxy]\nhealth-port = 0\n", "2: [haproxy] health-port must be a whole number from 1 to 65535, not 0"),
        ("[haproxy]\nhealth_port = 1\n", "2: unknown key 'health_port' in [haproxy]; did you mean 'health-port'?"),
        ("[haproxy]\nrun = 'static'\n", "2: [haproxy] run can't be 'static'; did you mean 'static-pod'?"),
        ("[haproxy]\ntrack = 'x'\n", "2: unknown key 'track' in [haproxy]; it belongs in [vrrp]"),
        ("[cluster]\nschema = 0\n", "2: [cluster] schema must be a whole number from 1 to 1000000000, not 0"),
    ],
)
def test_what_is_wrong_with_one_is_said(text: str, message: str) -> None:
    assert wrong(text) == f"halb.toml:{message}"


@pytest.mark.parametrize("rest", ["", "shape = 'round'\n[clouds]\nport = -1\n", "[[lb]]\n", "[vip]\naddress = 1\n"])
def test_a_file_of_a_later_halb_asks_for_that_halb_before_anything_else(rest: str) -> None:
    assert wrong(f"[cluster]\nname = 'a'\nschema = 2\n{rest}") == (
        "halb.toml:3: [cluster] schema: written by a later halb (schema 2); this one knows 1: upgrade halb-wizard"
    )


def test_a_file_that_says_its_form_is_read_like_one_that_does_not() -> None:
    said, unsaid = (
        parse_cluster(text, "x") for text in ("[cluster]\nschema = 1\nport = 1\n", "[cluster]\n\nport = 1\n")
    )
    assert said.port is not None
    assert unsaid.port is not None
    assert said._replace(source=unsaid.source, port=unsaid.port, values=unsaid.values) == unsaid
