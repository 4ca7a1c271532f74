"""Each value of a plan: what is taken, and in which words the rest is refused."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.plan.model import Phase
from rules.plan.schema import SCHEMA, check_table, check_value, header, key_of
from rules.plan.types.readers import about

PORT = "must be a whole number from 1 to 65535, not "
INSTEAD = "write a name such as 'kube-control.example.com'"
FREE_CHOICE = "write a DNS name, which can lead to the initial master now and to the VIP later"


def refusal(table: str, key: str, value: Any) -> str:
    with pytest.raises(ValueError) as caught:
        check_value(table, key, value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("table", "key", "value", "read"),
    [
        ("cluster", "name", "kacang", "kacang"),
        ("cluster", "name", "Küche 1", "Küche 1"),
        ("cluster", "endpoint", "kube-control.example.com", "kube-control.example.com"),
        ("cluster", "endpoint", "a.b", "a.b"),
        ("cluster", "endpoint", "1.kube.xn--p1ai", "1.kube.xn--p1ai"),
        ("cluster", "endpoint", f"{'a' * 63}.local", f"{'a' * 63}.local"),
        ("cluster", "port", 1, 1),
        ("cluster", "port", 65535, 65535),
        ("cluster", "phase", "cutover", Phase.CUTOVER),
        ("control_plane", "name", "k8s_master1.example.com", "k8s_master1.example.com"),
        ("control_plane", "address", "192.168.2.151", ip_address("192.168.2.151")),
        ("control_plane", "address", "fd00::151", ip_address("fd00::151")),
        ("vip", "address", "192.168.2.140/24", ip_interface("192.168.2.140/24")),
        ("vip", "address", "192.168.2.140/31", ip_interface("192.168.2.140/31")),
        ("vip", "address", "192.168.2.140/32", ip_interface("192.168.2.140/32")),
        ("vip", "address", "fd00::140/64", ip_interface("fd00::140/64")),
        ("vip", "address6", "fd00::ffff:ffff:ffff:ffff/64", ip_interface("fd00::ffff:ffff:ffff:ffff/64")),
        ("vrrp", "virtual_router_id", 255, 255),
        ("vrrp", "advert_int", 1, 1.0),
        ("vrrp", "advert_int", 0.01, 0.01),
        ("vrrp", "mode", "multicast", "multicast"),
        ("vrrp", "preempt", False, False),
        ("vrrp", "auth_pass", "s3cret#!", "s3cret#!"),
        ("lb", "address6", "fd00::141", ip_address("fd00::141")),
        ("lb", "interface", "enp0s31f6.12345", "enp0s31f6.12345"),
        ("lb", "interface", "br-1a2b@x", "br-1a2b@x"),
        ("lb", "priority", 254, 254),
        ("lb", "files", ["/etc/haproxy/haproxy.cfg", "k.conf"], ("/etc/haproxy/haproxy.cfg", "k.conf")),
        ("lb", "files", [], ()),
        ("haproxy", "check", "readyz", "readyz"),
        ("haproxy", "balance", "leastconn", "leastconn"),
        ("haproxy", "maxconn", 20000, 20000),
        ("haproxy", "timeout-client", "24d", "24d"),
        ("haproxy", "inter", "500ms", "500ms"),
        ("lint", "ignore", ["KA", "XN002"], ("KA", "XN002")),
        ("lint", "per-file-ignores", {"lb1/*": ["KA"]}, {"lb1/*": ("KA",)}),
        ("lint", "severity", {"KA": "info", "HA001": "error"}, {"KA": "info", "HA001": "error"}),
        ("lint", "haproxy-version", "2.8", "2.8"),
        ("lint", "keepalived-version", "2.2.7", "2.2.7"),
    ],
)
def test_a_value_is_read(table: str, key: str, value: Any, read: Any) -> None:
    result = check_value(table, key, value)
    assert result == read
    assert type(result) is type(read)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            "https://kube.example.com:6443/",
            "'https://kube.example.com:6443/' is a URL; write 'kube.example.com', and the port on its own: 6443",
        ),
        (
            "kube.example.com:6443",
            "'kube.example.com:6443' has a port in it; write 'kube.example.com', and the port on its own: 6443",
        ),
        ("kube:99999", f"'kube:99999' has a port in it; {INSTEAD}"),
        ("Kube.example.com", "'Kube.example.com' is not in lower case; write 'kube.example.com'"),
        (
            "kube_control.example.com",
            "'kube_control.example.com' has an underscore, which a host name can't have; "
            "write 'kube-control.example.com'",
        ),
        ("Kube_X.example.com.", "'Kube_X.example.com.' ends in a dot; write 'kube-x.example.com'"),
        ("kube.example.com/x", "'kube.example.com/x' has a path in it; write 'kube.example.com'"),
        (" kube.example.com", "' kube.example.com' has a space in it; write 'kube.example.com'"),
        (
            "kübe.example.com",
            f"'kübe.example.com' is not in ASCII, and has to be written in its xn-- form; {INSTEAD}",
        ),
        ("*.example.com", f"'*.example.com' has the character '*', which a host name can't have; {INSTEAD}"),
        ("a..b", f"'a..b' has an empty label: two dots in a row, or one in front; {INSTEAD}"),
        ("kube-.b", f"'kube-.b' has the label 'kube-', which starts or ends with '-'; {INSTEAD}"),
        ("a" * 64 + ".b", f"'{'a' * 64}.b' has a label of 64 characters, where DNS allows 63; {INSTEAD}"),
        ("kube", f"'kube' has a single label, which each machine completes in its own way; {INSTEAD}"),
        ("10.0.0.300", f"'10.0.0.300' ends in a number, as only an IP address does; {INSTEAD}"),
        ("10.0.0.1", f"'10.0.0.1' is an IP address; {FREE_CHOICE}"),
        ("[fd00::1]:6443", f"'[fd00::1]:6443' is an IP address; {FREE_CHOICE}"),
        ("https://10.0.0.1:6443", f"'https://10.0.0.1:6443' is an IP address; {FREE_CHOICE}"),
        ("", 'must not be empty; write a DNS name such as "kube-control.example.com"'),
        (6443, 'must be a string, as in "kube-control.example.com", not 6443'),
        ("a\x1b[31m.b", f"'aU+001B[31m.b' has the character 'U+001B', which a host name can't have; {INSTEAD}"),
    ],
)
def test_the_endpoint_is_a_dns_name_that_kubeadm_takes(value: Any, text: str) -> None:
    assert refusal("cluster", "endpoint", value) == text


def test_a_name_of_254_characters_is_too_long() -> None:
    name = ".".join(["a" * 49] * 5)
    assert check_value("cluster", "endpoint", f"{name}.com") == f"{name}.com"
    assert "has 254 characters, where DNS allows 253" in refusal("cluster", "endpoint", f"{name}.comm")


@pytest.mark.parametrize(
    ("table", "key", "value", "text"),
    [
        (
            "vip",
            "address6",
            "10.0.0.1/24",
            "'10.0.0.1/24' is IPv4; write the IPv6 address here, as in 'fd00:2::140/64'",
        ),
        ("cluster", "name", " ", 'must not be empty; write "kacang" or the like'),
        ("cluster", "name", "a\nb", "'aU+000Ab' has characters that can't be printed"),
        ("cluster", "port", 0, PORT + "0"),
        ("cluster", "port", 65536, PORT + "65536"),
        ("cluster", "port", True, PORT + "true"),
        ("cluster", "port", 6443.0, PORT + "6443.0"),
        ("cluster", "port", "6443", PORT + "'6443'; write 6443 without quotes"),
        ("cluster", "port", "70000", PORT + "'70000'"),
        pytest.param("cluster", "port", 10**5000, PORT + "a number of more than 20 digits", id="5000 digits"),
        ("cluster", "phase", "cutovr", "can't be 'cutovr'; did you mean 'cutover'?"),
        ("cluster", "phase", "zzz", "can't be 'zzz'; it takes bootstrap or cutover"),
        ("cluster", "phase", 2, "can't be 2; it takes bootstrap or cutover"),
        ("vrrp", "virtual_router_id", 256, "must be a whole number from 1 to 255, not 256"),
        ("vrrp", "advert_int", 0, "must be a number of seconds from 0.01 to 255, not 0"),
        ("vrrp", "advert_int", float("nan"), "must be a number of seconds from 0.01 to 255, not nan"),
        ("vrrp", "advert_int", True, "must be a number of seconds from 0.01 to 255, not true"),
        ("vrrp", "mode", "unicst", "can't be 'unicst'; did you mean 'unicast'?"),
        ("vrrp", "preempt", "yes", "must be true or false, without quotes, not 'yes'"),
        ("vrrp", "preempt", 1, "must be true or false, without quotes, not 1"),
        (
            "lb",
            "priority",
            255,
            "must be a whole number from 1 to 254, not 255; 255 belongs to the machine whose own address the VIP is "
            "(RFC 9568), and makes keepalived ignore weights",
        ),
        ("lb", "interface", "", "must not be empty; 'ip -br link' shows the names"),
        (
            "lb",
            "interface",
            "eth0:1",
            "'eth0:1' has a ':', which belongs to an address label, not to an interface; "
            "write 'eth0', keepalived adds the address to it",
        ),
        (
            "lb",
            "interface",
            "enp0s31f6.123456",
            "'enp0s31f6.123456' is longer than the 15 characters that Linux allows for an interface's name",
        ),
        (
            "lb",
            "interface",
            "lo",
            "'lo' is the loopback interface, where keepalived starts no instance; write the machine's own",
        ),
        ("lb", "interface", "a/b", "'a/b' is not the name of an interface; 'ip -br link' shows the names"),
        ("lb", "interface", "eth 0", "'eth 0' is not the name of an interface; 'ip -br link' shows the names"),
        ("lb", "interface", "..", "'..' is not the name of an interface; 'ip -br link' shows the names"),
        ("lb", "name", "", "must not be empty; write the machine's host name"),
        ("lb", "name", 1, 'must be a string, as in "lb1", not 1'),
        ("lb", "name", "a/b", "'a/b' has the character '/'; a name has letters, digits, '-', '_' and '.'"),
        ("lb", "name", "..", "'..' can't name a machine and a folder; start and end it with a letter or a digit"),
        ("lb", "name", "-rf", "'-rf' can't name a machine and a folder; start and end it with a letter or a digit"),
        ("lb", "files", "x", 'must be a list of strings, as in ["lb1/haproxy.cfg", "lb1/keepalived.conf"]'),
        ("lb", "files", [""], "'' can't be the path of a file"),
        (
            "haproxy",
            "timeout-client",
            5,
            'must be a time with its unit, as in "5s" or "1h", not 5; write "5s" or "5ms"',
        ),
        ("haproxy", "inter", "5sec", 'must be a time with its unit, as in "5s" or "1h", not \'5sec\''),
        ("haproxy", "inter", True, 'must be a time with its unit, as in "5s" or "1h", not true'),
        (
            "haproxy",
            "timeout-connect",
            "0s",
            "must not be '0s', which haproxy takes for no limit at all; write \"1h\" for a long one",
        ),
        ("haproxy", "timeout-server", "25d", "must not be '25d'; haproxy refuses more than 24 days"),
        ("haproxy", "maxconn", "4k", "must be a whole number from 1 to 10000000, not '4k'"),
        ("lint", "select", ["KA", 3], 'must be a list of strings, as in ["KA", "XN002"]'),
        ("lint", "haproxy-version", 2.8, 'must be a release such as "2.8", not 2.8'),
        (
            "lint",
            "per-file-ignores",
            {"a": "KA"},
            '\'a\' must be a list of strings, as in { "old/*" = ["KA", "XN002"] }',
        ),
        ("lint", "severity", {"KA": "eror"}, "'KA' must be error, warning or info, not 'eror'; did you mean 'error'?"),
        (
            "lint",
            "severity",
            {"KA": "off"},
            "'KA' must be error, warning or info, not 'off'; a rule is left out with ignore",
        ),
        ("lint", "severity", {"KA": []}, "'KA' must be error, warning or info, not a list"),
        ("lint", "per-file-ignores", [], 'must be a table, as in { "old/*" = ["KA", "XN002"] }, not a list'),
    ],
)
def test_a_wrong_value_is_refused_with_what_to_write(table: str, key: str, value: Any, text: str) -> None:
    assert refusal(table, key, value) == text


@pytest.mark.parametrize(
    "value", ["hunter2hunter2", "hun ter2", "hünter2", 'hunter"2', "hunter2\n", ["hunter2"], 42424242]
)
def test_a_refused_password_is_not_in_the_message(value: Any) -> None:
    text = refusal("vrrp", "auth_pass", value)
    assert text.startswith("must ")
    assert not any(part in text for part in ("hun", "hün", "ter2", "4242"))


@pytest.mark.parametrize(
    ("table", "key", "text"),
    [
        ("vrrp", "advert-int", "unknown key 'advert-int' in [vrrp]; did you mean 'advert_int'?"),
        ("vip", "port", "unknown key 'port' in [vip]; it belongs in [cluster] or [[control_plane]]"),
        ("vip", "zzz", "unknown key 'zzz' in [vip]; known are address, address6"),
        ("lb", "prio\x1b", "unknown key 'prioU+001B' in [[lb]]; did you mean 'priority'?"),
    ],
)
def test_an_unknown_key_is_told_where_it_belongs(table: str, key: str, text: str) -> None:
    assert refusal(table, key, 1) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("vpi", {}, "unknown table 'vpi'; did you mean 'vip'?"),
        ("zzz", [], "unknown table 'zzz'; known are cluster, control_plane, vip, vrrp, lb, haproxy, lint"),
        ("endpoint", "x.y", "unknown key 'endpoint' outside of any table; it belongs below [cluster]"),
        ("lb", {}, "'lb' must be written as [[lb]], one table per load balancer"),
        ("lb", [1], "'lb' must be written as [[lb]], one table per load balancer"),
        ("control_plane", 1, "'control_plane' must be written as [[control_plane]], one table per control-plane node"),
        ("vip", [{}], "'vip' must be a table: write [vip]"),
    ],
)
def test_a_table_has_its_name_and_form(name: str, value: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_table(name, value)
    assert str(caught.value) == text


def test_every_key_says_in_one_line_what_it_is() -> None:
    for name, table in SCHEMA.items():
        assert header(name) in (f"[{name}]", f"[[{name}]]")
        for key in table.keys:
            what = key_of(name, key).what
            assert what
            assert what.isprintable()
            assert not what.endswith(".")


def test_only_the_password_is_secret_and_only_names_are_required() -> None:
    keys = [(name, key, entry) for name, table in SCHEMA.items() for key, entry in table.keys.items()]
    assert [(name, key) for name, key, entry in keys if entry.secret] == [("vrrp", "auth_pass")]
    assert [(name, key) for name, key, entry in keys if entry.named] == [("control_plane", "name"), ("lb", "name")]


def test_a_text_is_said_of_its_key() -> None:
    assert about("port", "must be a whole number") == "port must be a whole number"
    assert about("address", "'x' is no IP address") == "address: 'x' is no IP address"


TOML_VALUES = st.recursive(
    st.none().map(lambda _: True)
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.datetimes()
    | st.text(st.characters())
    | st.from_regex(r"[0-9a-f.:/\[\]%_-]{1,20}"),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from([(name, key) for name, table in SCHEMA.items() for key in table.keys]), TOML_VALUES)
def test_any_value_is_read_or_refused_in_one_printable_line(place: tuple[str, str], value: Any) -> None:
    try:
        read = check_value(*place, value)
    except ValueError as error:
        text = str(error)
        assert text
        assert text.isprintable()
        assert len(text) < 1200
    else:
        assert read is not None
