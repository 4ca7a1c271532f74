"""How this machine sees things itself: files as the C library reads them, getaddrinfo, own addresses."""

from __future__ import annotations

import json
import sys
import time
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.live.observations import HostsEntry, SystemView
from rules.live.system import hosts_entries, local_addresses, lookup_order, system_resolvers, system_view
from tests.live.dns.asking import within
from tests.live.dns.name_servers import dnsmasq, knot, zone
from tests.live.lab import WORKSTATION, Lab, lab
from tests.programs import ROOT

NAME = "kube.example.com"


def resolvers(tmp_path: Path, text: str, upstreams: str | None = None) -> list[str]:
    (tmp_path / "resolv.conf").write_bytes(text.encode("latin-1"))
    if upstreams is not None:
        (tmp_path / "upstreams").write_text(upstreams)
    found = system_resolvers(str(tmp_path / "resolv.conf"), str(tmp_path / "upstreams"))
    assert {server.port for server in found} == {53}
    return [server.address for server in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nameserver 10.0.0.53\n", ["10.0.0.53"]),
        ("search example.com\nnameserver\t10.0.0.53   \nnameserver fd00::53\n", ["10.0.0.53", "fd00::53"]),
        ("nameserver fe80::1%eth0\n", ["fe80::1%eth0"]),
        ("nameserver 10.0.0.53 # the first\nnameserver 10.0.0.54;the second", ["10.0.0.53", "10.0.0.54"]),
        ("#nameserver 10.0.0.1\n; nameserver 10.0.0.2\n nameserver 10.0.0.3\nnameserver10.0.0.4\n", ["127.0.0.1"]),
        ("nameserver ns1.example.com\nnameserver\nnameserver 10.0.0.300\n", ["127.0.0.1"]),
        ("", ["127.0.0.1"]),
        ("".join(f"nameserver 10.0.0.{i}\n" for i in (1, 2, 3, 4, 2)), [f"10.0.0.{i}" for i in (1, 2, 3, 4)]),
        ("nameserver 10.0.0.53\r\nsearch b\xfccher.example\r\n", ["10.0.0.53"]),
    ],
)
def test_the_resolvers_of_resolv_conf(tmp_path: Path, text: str, found: list[str]) -> None:
    assert resolvers(tmp_path, text) == found


def test_the_servers_behind_the_stub_of_systemd_resolved(tmp_path: Path) -> None:
    stub, behind = "nameserver 127.0.0.53\noptions edns0\n", "nameserver 10.0.0.53\nnameserver 10.0.0.54\n"
    assert resolvers(tmp_path, stub) == ["127.0.0.53"]
    assert resolvers(tmp_path, stub, behind) == ["127.0.0.53", "10.0.0.53", "10.0.0.54"]
    assert resolvers(tmp_path, stub, "nameserver 127.0.0.53\n") == ["127.0.0.53"]
    assert resolvers(tmp_path, "nameserver 10.0.0.1\n" + stub, behind) == ["10.0.0.1", "127.0.0.53"]


def test_no_resolvers_without_a_readable_file(tmp_path: Path) -> None:
    assert system_resolvers(str(tmp_path / "missing")) == ()
    assert system_resolvers(str(tmp_path)) == ()


HOSTS = """\
127.0.0.1 localhost
# 10.0.0.1 kube.example.com
192.168.2.151\tmaster1 KUBE.Example.com # kube.example.com
  fd00::1   kube.example.com
kube.example.com 10.0.0.2
10.0.0.3 kube.example.community xkube.example.com
10.0.0.300 kube.example.com
10.0.0.4 other # kube.example.com
10.0.0.5
fe80::1%eth0 kube.example.com kube.example.com\r
10.0.0.6 kube.example.com"""


def test_the_lines_of_the_hosts_file() -> None:
    found = hosts_entries(HOSTS, "Kube.example.com.")
    assert [(str(entry.address), entry.line) for entry in found] == [
        ("192.168.2.151", 3),
        ("fd00::1", 4),
        ("fe80::1%eth0", 10),
        ("10.0.0.6", 11),
    ]
    assert [HOSTS[entry.start : entry.end] for entry in found] == ["KUBE.Example.com", *["kube.example.com"] * 3]
    assert HOSTS[: found[0].start].endswith("192.168.2.151\tmaster1 ")
    assert hosts_entries(HOSTS, "") == ()


@given(st.text(alphabet=" \t\r\n#.10:kKub\xa0\u0130", max_size=80))
def test_any_hosts_file(text: str) -> None:
    for entry in hosts_entries(text, "kub"):
        assert text[entry.start : entry.end].lower() == "kub"
        line = text.split("\n")[entry.line - 1]
        assert ip_address(line.split(maxsplit=1)[0]) == entry.address
        assert text[: entry.start].count("\n") == entry.line - 1


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("passwd: files\nhosts: files dns\n", ("files", "dns")),
        ("hosts:files mdns4_minimal [NOTFOUND=return] dns # x", ("files", "mdns4_minimal", "dns")),
        (" hosts :\tresolve [!UNAVAIL=return SUCCESS=continue]files", ("resolve", "files")),
        ("# hosts: dns\nhostsx: a\n", ()),
        ("hosts: files\nhosts: dns\n", ("dns",)),
        ("", ()),
    ],
)
def test_the_order_of_nsswitch_conf(text: str, order: tuple[str, ...]) -> None:
    assert lookup_order(text) == order


def viewed(tmp_path: Path, name: str, *, ask: bool) -> SystemView:
    hosts, nsswitch = tmp_path / "hosts", tmp_path / "nsswitch.conf"
    return within(5.0, lambda end: system_view(name, end, ask=ask, hosts_path=str(hosts), nsswitch_path=str(nsswitch)))


def test_the_files_without_asking(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_bytes(b"# b\xfccher\n10.0.0.1 kube.example.com\n")
    (tmp_path / "nsswitch.conf").write_text("hosts: files dns\n")
    view = viewed(tmp_path, NAME, ask=False)
    assert (view.addresses, view.error, view.order) == (None, "", ("files", "dns"))
    (entry,) = view.hosts
    assert entry == HostsEntry(ip_address("10.0.0.1"), 2, 18, 34)
    assert view.hosts_text[entry.start : entry.end] == NAME
    assert view.hosts_text.encode("utf-8", "surrogateescape") == b"# b\xfccher\n10.0.0.1 kube.example.com\n"
    assert view.hosts_path == str(tmp_path / "hosts")


def test_missing_files_count_as_empty(tmp_path: Path) -> None:
    assert viewed(tmp_path, NAME, ask=False) == SystemView(hosts_path=str(tmp_path / "hosts"))


def test_what_the_c_library_says(tmp_path: Path) -> None:
    view = viewed(tmp_path, "localhost", ask=True)
    assert view.error == ""
    assert ip_address("127.0.0.1") in (view.addresses or ())
    assert viewed(tmp_path, "192.0.2.7", ask=True).addresses == (ip_address("192.0.2.7"),)


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".example.com", "a\0b", "\udc80"])
def test_what_is_no_host_name(tmp_path: Path, name: str) -> None:
    view = viewed(tmp_path, name, ask=True)
    assert (view.addresses, view.error) == ((), "not a host name")


def test_this_machines_addresses() -> None:
    ours = [ip_address("127.0.0.1"), ip_address("::1")]
    others = ["192.0.2.77", "203.0.113.1", "2001:db8::1", "fe80::1", "224.0.0.1", "255.255.255.255", "0.0.0.0", "::"]
    found = local_addresses([*ours, *map(ip_address, others)])
    assert found == frozenset(ours)


def in_namespace(made: Lab, code: str) -> Any:
    """The JSON that Python code prints on the lab's workstation."""
    done = made.here.run(sys.executable, "-c", code, cwd=ROOT)
    assert done.status == 0, done.stderr
    return json.loads(done.stdout)


LOCAL = """
import json, sys
from ipaddress import ip_address
from rules.live.system import local_addresses
words = "192.168.2.9 192.168.2.140 192.168.2.141 192.168.2.142 10.9.9.9 fd00::9 fd00::140 fd00::141".split()
print(json.dumps(sorted(map(str, local_addresses(map(ip_address, words))))))
"""


@pytest.mark.root
def test_a_vip_is_known_by_its_holder_alone_even_where_anybody_may_bind_it(tmp_path: Path) -> None:
    with lab(tmp_path) as made:
        # as keepalived does: the second address of the subnet, and a deprecated one with IPv6
        made.here.add_address("eth0", "192.168.2.140/24", "192.168.2.141/32", "fd00::9/64")
        deprecated = ("preferred_lft", "0", "valid_lft", "forever")
        made.here.ip("addr", "add", "fd00::140/128", "dev", "eth0", "nodad", *deprecated)
        for family in ("ipv4", "ipv6"):
            assert made.here.run("sysctl", "-qw", f"net.{family}.ip_nonlocal_bind=1").status == 0
        found = in_namespace(made, LOCAL)
    assert found == sorted([WORKSTATION, "192.168.2.140", "192.168.2.141", "fd00::140", "fd00::9"])


ASK = """
import asyncio, json, sys
from rules.live.system import system_view
async def ask():
    loop = asyncio.get_running_loop()
    views = {{}}
    for name in {names}:
        view = await system_view(name, loop.time() + {seconds}, ask=True)
        views[name] = [list(map(str, view.addresses)), view.error]
    return views
print(json.dumps(asyncio.run(ask())))
"""


@pytest.mark.root
@pytest.mark.daemon("knotd", "dnsmasq")
def test_what_the_c_library_says_with_real_servers(tmp_path: Path) -> None:
    records = "kube A 192.168.2.151\nkube AAAA fd00::151\ntext TXT only\ncp CNAME kube\npinned A 10.0.0.1"
    names = [f"{name}.example.com" for name in ("kube", "cp", "text", "nope", "pinned")]
    with lab(tmp_path) as made:
        made.write_etc("hosts", "127.0.0.1 localhost\n10.0.0.2 pinned.example.com\n")
        text = zone("example.com", records, {"ns1": "127.0.0.2"})
        with (
            knot({"example.com": text}, address="127.0.0.2", port=53, prefix=made.here.prefix) as server,
            dnsmasq(server.server, address="127.0.0.1", port=53, prefix=made.here.prefix),
        ):
            views = in_namespace(made, ASK.format(names=names, seconds=5))
        nobody = in_namespace(made, ASK.format(names=[NAME], seconds=5))
    assert [views[name] for name in names] == [
        [["192.168.2.151", "fd00::151"], ""],
        [["192.168.2.151", "fd00::151"], ""],
        [[], "the name exists, but has no address"],
        [[], "no such name"],
        [["10.0.0.2"], ""],
    ]
    assert nobody[NAME] == [[], "temporary failure: no name server answered"]


@pytest.mark.root
@pytest.mark.daemon("knotd")
def test_a_c_library_that_hangs_holds_neither_the_answer_nor_the_process(tmp_path: Path) -> None:
    with (
        lab(tmp_path) as made,
        knot(
            {"example.com": zone("example.com", "", {"ns1": "127.0.0.1"})},
            address="127.0.0.1",
            port=53,
            prefix=made.here.prefix,
        ) as server,
    ):
        server.pause()
        begun = time.monotonic()
        views = in_namespace(made, ASK.format(names=[NAME], seconds=0.3))
        took = time.monotonic() - begun
    assert views[NAME] == [[], "no answer within the timeout"]
    assert took < 4  # glibc itself gives up after 10 s (resolv.conf(5): two attempts of 5 s)
