"""halb.toml as a whole: what is read, where it stands, and the one line that says what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest

from rules.engine.secrets import Secrets
from rules.plan import Cluster, ClusterError, KeyPath, Phase, parse_cluster, read_cluster
from rules.plan.keys.lint import LintChoice
from tests.programs import ROOT
from tests.rules.plan.plan import PLAN


def said(plan: Cluster, name: str) -> object:
    """The value of a key of a single table."""
    table, _, key = name.partition(".")
    return plan.values[KeyPath(table, 0, key)].value


def wrong(text: str, path: str = "halb.toml") -> str:
    with pytest.raises(ClusterError) as caught:
        parse_cluster(text, path)
    return str(caught.value)


def test_every_value_of_a_plan_is_read() -> None:
    plan = parse_cluster(PLAN, "some/halb.toml")
    assert plan.path == Path("some/halb.toml")
    assert (plan.source.path, plan.source.text) == ("some/halb.toml", PLAN)
    assert plan.endpoint is not None
    assert plan.port is not None
    assert plan.phase is not None
    assert (said(plan, "cluster.name"), plan.endpoint.value) == ("kacang", "kube-control.example.com")
    assert (plan.port.value, plan.phase.value) == (8443, Phase.BOOTSTRAP)
    first, second = plan.control_plane
    assert first.address is not None
    assert (first.name.value, first.address.value, first.port.value) == (
        "k8s-master1",
        ip_address("192.168.2.151"),
        16443,
    )
    assert plan.vip.address is not None
    assert plan.vip.address6 is not None
    assert plan.vip.address.value == ip_interface("192.168.2.140/24")
    assert plan.vip.address6.value == ip_interface("fd00:2::140/64")
    assert [item.value for path, item in plan.values.items() if path.table == "vrrp"] == [
        33,
        1.0,
        "unicast",
        True,
        "hunter2!",
    ]
    one, two = plan.load_balancers
    assert one.files[1].value == "haproxy-lb1/keepalived.conf"
    assert [s.value for s in (one.name, one.address, one.address6, one.interface, one.priority) if s is not None] == [
        "haproxy-lb1",
        ip_address("192.168.2.141"),
        ip_address("fd00:2::141"),
        "ens160",
        110,
    ]
    assert (two.name.value, two.address, two.files) == ("haproxy-lb2", None, ())
    assert (said(plan, "haproxy.check"), said(plan, "haproxy.timeout-client")) == ("readyz", "1h")
    assert plan.lint == LintChoice(("KA", "XN"), ("KA012",), {"old/*": ("HA",)}, "2.8", None)
    assert second.name.value == "k8s-master2"


def test_every_value_has_its_place() -> None:
    plan = parse_cluster(PLAN, "halb.toml")
    assert plan.vip.address is not None
    assert plan.vip.address.span.text == '"192.168.2.140/24"'
    assert plan.vip.address.span.line == 17
    assert [file.span.line for file in plan.load_balancers[0].files] == [33, 34]
    assert plan.load_balancers[1].name.span.text == '"haproxy-lb2"'
    assert plan.values[KeyPath("haproxy", 0, "timeout-client")].span.text == '"1h"'


def test_a_port_that_is_not_given_has_the_place_of_its_table() -> None:
    node = parse_cluster(PLAN, "halb.toml").control_plane[1]
    assert node.port.value == 6443
    assert (node.port.span.line, node.port.span.text) == (12, "[[control_plane]]")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[lint]\n", "\ufeff[vip]\n", "lb = []\n", "[cluster]\r\n"])
def test_a_plan_may_be_empty(text: str) -> None:
    plan = parse_cluster(text, "halb.toml")
    assert plan == Cluster(Path("halb.toml"), plan.source)


@pytest.mark.parametrize(
    "text",
    [
        '[cluster]\nphase = "cutover"\n',
        '[[lb]]\nname = "a"\naddress = "10.0.0.1"\n[[control_plane]]\nname = "a"\naddress = "10.0.0.1"\n',
        '[vip]\naddress6 = "fd00::1/64"\n',
        '[[lb]]\nname = "a"\naddress = "fd00::1"\n',
        'lb = [{ name = "a", files = ["x"] }, { name = "b" }]\n',
        'vip = { address = "10.0.0.1/24" }\n',
        'vip.address = "10.0.0.1/24"\n',
    ],
)
def test_a_half_finished_plan_is_read(text: str) -> None:
    assert parse_cluster(text, "halb.toml").source.text == text


@pytest.mark.parametrize(
    "line",
    [
        'auth_pass = "hunter2!"',
        "'auth_pass'='hunter2!'",
        'auth_pass = """\nhunter2!"""',
        '"auth\\u005fpass" = "hunter2!"',
    ],
)
def test_the_password_is_hidden_in_the_lines_of_the_file(line: str) -> None:
    plan = parse_cluster(f"[vrrp]\nmode = 'unicast'\n{line}\n", "halb.toml")
    assert said(plan, "vrrp.auth_pass") == "hunter2!"
    secrets = Secrets(lambda: plan.secrets)
    shown = "\n".join(secrets.line(plan.source, number) for number in range(1, plan.source.line_count + 1))
    assert "hunter" not in shown
    assert "mode = 'unicast'" in shown


def test_the_password_of_an_inline_table_is_hidden() -> None:
    plan = parse_cluster('vrrp = { mode = "unicast", auth_pass = "hunter2!" }\n', "halb.toml")
    assert [span.text for span in plan.secrets] == ['"hunter2!"']


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[vip]\n\naddress = '192.168.2.140'\n",
            "3: [vip] address: '192.168.2.140' has no prefix length; write '192.168.2.140/24'",
        ),
        ("[lint]\nignroe = []\n", "2: unknown key 'ignroe' in [lint]; did you mean 'ignore'?"),
        ("[lint]\nselect = 3\n", '2: [lint] select must be a list of strings, as in ["KA", "XN002"]'),
        ("[lint]\nhaproxy-version = 2.8\n", '2: [lint] haproxy-version must be a release such as "2.8", not 2.8'),
        ("[lb]\nname = 'x'\n", "1: 'lb' must be written as [[lb]], one table per load balancer"),
        ("[[lb]]\nname = 'a'\n[[lb]]\nfiles = []\n", "3: [[lb]] number 2 has no name"),
        ("lb = [{}]", "1: [[lb]] number 1 has no name"),
        ("[[lb]]\nname = ''\n", "2: [[lb]] number 1 name must not be empty; write the machine's host name"),
        ("[[lb]]\nname = 'a'\nprio = 1\n", "3: unknown key 'prio' in [[lb]]; did you mean 'priority'?"),
        (
            "[[lb]]\nname = 'a'\nfiles = 'x'\n",
            '3: [[lb]] a files must be a list of strings, as in ["lb1/haproxy.cfg", "lb1/keepalived.conf"]',
        ),
        (
            "[[lb]]\nname = 'a'\n[[lb]]\nname = 'a'\n",
            "4: two [[lb]] tables have the name 'a'; write another (the other one is in line 2)",
        ),
        (
            "[[control_plane]]\nname = 'a'\n[[control_plane]]\nname = 'a'\n",
            "4: two [[control_plane]] tables have the name 'a'; write another (the other one is in line 2)",
        ),
        (
            "[[lb]]\nname = 'a'\naddress = 'fd00::1'\n[[lb]]\nname = 'b'\naddress = '10.0.0.1'\naddress6 = 'fd00:0::1'",
            "7: [[lb]] b address6: 'fd00::1' is the address of a already (the other one is in line 3)",
        ),
        (
            "[[control_plane]]\nname = 'a'\naddress = '10.0.0.1'\n[[control_plane]]\nname = 'b'\naddress = '10.0.0.1'",
            "6: [[control_plane]] b address: '10.0.0.1' is the address of a already (the other one is in line 3)",
        ),
        (
            "[vip]\naddress = '10.0.0.1/24'\n[[lb]]\nname = 'lb1'\naddress = '10.0.0.1'\n",
            "5: [[lb]] lb1 address: '10.0.0.1' is the VIP, and keepalived would delete the machine's own address with "
            "it; write the address that this machine keeps",
        ),
        (
            "[vip]\naddress6 = 'fd00::1/64'\n[[control_plane]]\nname = 'm1'\naddress = 'fd00::1'\n",
            "2: [vip] address6: 'fd00::1/64' is the address of m1 itself, and keepalived would delete that machine's "
            "own address; write one that no machine has",
        ),
        (
            "[vip]\naddress = 'fd00::1/64'\naddress6 = 'fd00::2/64'\n",
            "2: [vip] address: 'fd00::1/64' is IPv6, as address6 is; write the IPv4 address here, or leave "
            "address6 out",
        ),
        (
            "[[lb]]\nname = 'a'\naddress = 'fd00::1'\naddress6 = 'fd00::2'\n",
            "3: [[lb]] a address: 'fd00::1' is IPv6, as address6 is; write the IPv4 address here, or leave "
            "address6 out",
        ),
        ("[lint\n", "1: not TOML: Expected ']' at the end of a table declaration (at line 1, column 6)"),
        (
            "[cluster]\nendpoint = kube.example.com\n",
            "2: not TOML: Invalid value (at line 2, column 12); a text needs quotes around it",
        ),
        ("[vip]\n[lint]\n[vip]\n", "3: a second table [vip]; its keys belong below the first"),
        ("[lb]\n[lb]\n", "2: a second table [lb]; write [[lb]], one table per load balancer"),
        (
            "a = 1\na = 2",
            "2: not TOML: Cannot overwrite a value (at end of document); the key or table is there already",
        ),
        ("\n" + "a." * 200 + "a = 1\n", "2: a key of more than 128 parts"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_place(text: str, message: str) -> None:
    assert wrong(text) == f"halb.toml:{message}"


def test_the_path_is_shown_as_it_was_given() -> None:
    assert wrong("zzz = 1\n", "./some/../halb.toml").startswith("./some/../halb.toml:1: unknown key 'zzz'")


@pytest.mark.parametrize(
    "text",
    [
        '[vrrp]\nauth_pass = "hunter2hunter2"\n',
        '[vrrp]\nauth_pas = "hunter2"\n',
        '[vrpp]\nauth_pass = "hunter2"\n',
        '[cluster]\nauth_pass = "hunter2"\n',
        'auth_pass = "hunter2"\n',
        'vrrp = "hunter2"\n',
        '[vrrp]\nauth_pass = ["hunter2"]\n',
        '[vrrp]\nauth_pass = "hunter2\n',
        "[vrrp]\nauth_pass = hunter2\n",
        '[vrrp]\nauth_pass = "hunter2" hunter2\n',
        '[vrrp]\nauth_pass = "hunter2"\nauth_pass = "hunter2"\n',
    ],
)
def test_no_error_shows_the_password(text: str) -> None:
    assert "hunter" not in wrong(text)


def test_a_file_is_read_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "halb.toml"
    path.write_text(PLAN, encoding="utf-8")
    plan = read_cluster(path)
    assert plan.source.text == PLAN
    assert plan.path == path


def test_line_ends_are_kept_as_they_are_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "halb.toml"
    path.write_bytes(PLAN.replace("\n", "\r\n").encode())
    plan = read_cluster(path)
    assert plan.source.text == PLAN.replace("\n", "\r\n")
    password = plan.values[KeyPath("vrrp", 0, "auth_pass")]
    assert (password.span.line, password.span.text) == (25, '"hunter2!"')


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    path = tmp_path / "halb.toml"
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    cases = {
        path: f"{path}: No such file or directory",
        tmp_path: f"{tmp_path}: Is a directory",
        tmp_path / "loop.toml": f"{tmp_path / 'loop.toml'}: Too many levels of symbolic links",
        Path("a\0b"): "'aU+0000b' can't be the path of a file",
    }
    for case, message in cases.items():
        with pytest.raises(ClusterError) as caught:
            read_cluster(case)
        assert str(caught.value) == message


def test_bytes_that_are_no_text_are_an_error_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "halb.toml"
    path.write_bytes(b"[cluster]\nname = 'K\xfcche'\n")
    with pytest.raises(ClusterError) as caught:
        read_cluster(path)
    assert str(caught.value) == f"{path}:2: not UTF-8 text (byte 19)"


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs a file without end")
def test_a_file_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(ClusterError, match="larger than 256 KiB"):
        read_cluster(Path("/dev/zero"))


def test_the_package_loads_the_toml_parser_only_to_read() -> None:
    code = (
        "import sys, rules.plan, rules.plan.given\n"
        "assert not {'tomllib', 'rules.plan.read', 'rules.plan.toml.places'} & set(sys.modules)\n"
        "assert rules.plan.parse_cluster('[lint]', 'x').lint is None\n"
        "assert 'tomllib' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
