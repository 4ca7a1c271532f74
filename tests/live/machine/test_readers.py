"""What reads the outputs of a machine: recorded ones become the facts that they state, and hostile ones nothing."""

from __future__ import annotations

import json
import os
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.live.machine.adverts import read_advert, read_ipv4
from rules.live.machine.interfaces import read_interfaces
from rules.live.machine.kernel import lasting_sysctls, platform, read_sysctls, selinux
from rules.live.machine.listening import read_arp_reply
from rules.live.machine.networkd import keep_configuration, managed
from rules.live.machine.observed import Held, ListeningSocket, Managed, Nic, NotKnownError, Rulesets, Selinux, Unit
from rules.live.machine.rulesets import read_nftables
from rules.live.machine.scripts import look_at_configs, look_at_scripts, strays
from rules.live.machine.services import read_units
from rules.live.machine.sockets import read_table
from rules.live.views.filter_terms import Packet
from rules.live.views.firewall import dropped
from rules.live.views.iptables import read_iptables
from tests.live.machine.messages import V2, checksummed

# As `ip -j addr` of iproute2 6.1.0 prints it.
INTERFACES = """[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"qdisc":"noqueue",
"operstate":"UNKNOWN","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo"}]},
{"ifindex":2,"ifname":"ens160","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,
"operstate":"UP","altnames":["enp3s0"],"addr_info":[
{"family":"inet","local":"192.0.2.11","prefixlen":24,"scope":"global","label":"ens160"},
{"family":"inet","local":"192.0.2.10","prefixlen":24,"scope":"global","secondary":true,"label":"ens160"},
{"family":"inet6","local":"2001:db8::11","prefixlen":64,"scope":"global"}]},
{"ifindex":3,"ifname":"ens192","flags":["BROADCAST","MULTICAST"],"operstate":"DOWN","addr_info":[{}]}]"""

# As /proc/net/tcp and tcp6 of Linux 6 have it: two that listen, one that is connected.
TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 484 1 0000 100 0 0 10 0
   1: 0B0200C0:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 485 1 0000 100 0 0 10 0
   2: 0B0200C0:CA7C 507100CB:0050 06 00000000:00000000 03:00000060 00000000     0        0 0 3 0000
"""
TCP6 = """  sl  local_address remote_address st tx rx tr tm->when retrnsmt
   0: 00000000000000000000000000000000:192B 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 486 1
   1: B80D0120000000000000000011000000:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 487 1
"""

# As `systemctl show` of systemd 252 prints it (systemctl(1)): blocks, in the order of the units.
UNITS = """Id=haproxy.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled
StateChangeTimestampMonotonic=5000000

Id=keepalived.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
StateChangeTimestampMonotonic=0
"""


def test_interfaces_with_their_addresses_in_the_kernel_s_order() -> None:
    lo, first, second = read_interfaces(INTERFACES)
    assert lo.loopback
    assert first == Nic(
        "ens160",
        2,
        True,
        (
            Held(ip_address("192.0.2.11"), 24),
            Held(ip_address("192.0.2.10"), 24),
            Held(ip_address("2001:db8::11"), 64),
        ),
        ("enp3s0",),
    )
    assert (second.up, second.addresses) == (False, ())
    assert first.owns(ip_address("192.0.2.200"))
    assert not first.owns(ip_address("198.51.100.1"))


def test_sockets_that_listen() -> None:
    assert [found for found, _ in read_table(TCP, 4)] == [
        ListeningSocket(None, 6443, 4),
        ListeningSocket(ip_address("192.0.2.11"), 22, 4),
    ]
    assert [(found, inode) for found, inode in read_table(TCP6, 6)] == [
        (ListeningSocket(None, 6443, 6, both=True), "486"),
        (ListeningSocket(ip_address("2001:db8::11"), 8080, 6, both=True), "487"),
    ]


def test_units_with_the_time_of_their_last_change() -> None:
    assert read_units(UNITS, 100.0) == (
        Unit("haproxy.service", "loaded", "active", "enabled", 105.0),
        Unit("keepalived.service", "not-found", "inactive", "", None),
    )


def test_sysctls_that_last(tmp_path: Path) -> None:
    for folder, name, text in (
        ("usr/lib/sysctl.d", "50-a.conf", "net.ipv4.ip_nonlocal_bind = 0\n"),
        ("etc/sysctl.d", "60-b.conf", "# net.ipv4.ip_nonlocal_bind = 0\n-net/ipv4/ip_nonlocal_bind=1\n"),
        ("usr/lib/sysctl.d", "70-c.conf", "net.ipv6.ip_nonlocal_bind=1\n"),
        ("etc/sysctl.d", "70-c.conf", "; replaces the vendor's\n"),
    ):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    assert lasting_sysctls(tmp_path) == {"net.ipv4.ip_nonlocal_bind": "1"}


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"sys_vendor": "Amazon EC2"}, "AWS"),
        ({"product_name": "Google Compute Engine", "sys_vendor": "Google"}, "Google Cloud"),
        ({"sys_vendor": "Microsoft Corporation", "chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77"}, "Azure"),
        ({"sys_vendor": "Microsoft Corporation"}, "Hyper-V"),
        ({"sys_vendor": "OpenStack Foundation"}, "OpenStack"),
        ({"sys_vendor": "VMware, Inc."}, "VMware"),
        ({"sys_vendor": "QEMU"}, ""),
        ({"sys_vendor": "Dell Inc."}, ""),
    ],
)
def test_platforms_by_what_the_firmware_calls_itself(tmp_path: Path, files: dict[str, str], name: str) -> None:
    folder = tmp_path / "sys/class/dmi/id"
    folder.mkdir(parents=True)
    for field, text in files.items():
        (folder / field).write_text(f"{text}\n")
    assert platform(tmp_path) == name


def test_a_machine_that_hides_its_firmware_is_not_known_to_be_bare_metal(tmp_path: Path) -> None:
    with pytest.raises(NotKnownError, match="dmi"):
        platform(tmp_path)


def test_selinux_is_read_or_absent(tmp_path: Path) -> None:
    assert selinux(tmp_path) == Selinux(False)
    folder = tmp_path / "sys/fs/selinux"
    (folder / "booleans").mkdir(parents=True)
    (folder / "enforce").write_text("1")
    assert selinux(tmp_path) == Selinux(True, None)
    (folder / "booleans/haproxy_connect_any").write_text("0 0")
    assert selinux(tmp_path) == Selinux(True, False)


def test_networkd_s_own_files_and_drop_ins(tmp_path: Path) -> None:
    links, network = tmp_path / "run/systemd/netif/links", tmp_path / "run/systemd/network"
    links.mkdir(parents=True)
    network.mkdir(parents=True)
    name = "10-netplan-ens160.network"
    (network / name).write_text("[Match]\nName=ens160\n[Network]\nDHCP=ipv4\n")
    (links / "2").write_text(f"# private\nADMIN_STATE=configured\nNETWORK_FILE=/run/systemd/network/{name}\n")
    (links / "3").write_text("ADMIN_STATE=unmanaged\n")
    nics = (Nic("ens160", 2), Nic("ens192", 3))
    assert managed(nics, tmp_path) == (Managed("ens160", f"/run/systemd/network/{name}", ""),)
    drop_in = tmp_path / f"etc/systemd/network/{name}.d/keep.conf"
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text("[Network]\nKeepConfiguration=static\n")
    assert [one.keep for one in managed(nics, tmp_path)] == ["static"]
    assert keep_configuration(["[DHCPv4]\nKeepConfiguration=yes\n"]) == ""


def test_scripts_with_the_folders_above_them(tmp_path: Path) -> None:
    folder = tmp_path / "etc/keepalived"
    folder.mkdir(parents=True)
    script = folder / "check.sh"
    script.write_text("#!/usr/bin/nothere\nif curl -f x; then wget y; fi\n# nc z\ncommand -v jq && jq .\n")
    script.chmod(0o754)
    (folder / "link.sh").symlink_to(script)
    seen, link, missing = look_at_scripts(
        ["/etc/keepalived/check.sh", "/etc/keepalived/link.sh", "/etc/keepalived/no"], tmp_path
    )
    assert seen.file is not None
    assert seen.file.mode == 0o754
    assert seen.file.owner == os.getuid()
    assert [part.path for part in seen.chain[1:3]] == ["/etc/keepalived", "/etc"]
    assert (seen.interpreter, seen.interpreter_there) == ("/usr/bin/nothere", False)
    assert link.file == seen.file
    assert missing.problem == "missing"


def test_programs_that_a_script_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.live.machine.commands.PROGRAM_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    text = "#!/bin/sh\n# nc z\nA=1 curl -f x | jq . && ! pgrep haproxy\ncommand -v wget && wget y\necho curl\n"
    (tmp_path / "check").write_text(text)
    (tmp_path / "pgrep").write_text("")
    (tmp_path / "pgrep").chmod(0o755)
    (script,) = look_at_scripts([str(tmp_path / "check")])
    assert script.lacks == ("curl", "jq")


def test_modes_and_names_of_configurations(tmp_path: Path) -> None:
    folder = tmp_path / "etc/haproxy"
    folder.mkdir(parents=True)
    for name in ("haproxy.cfg", "haprox.cfg", "haporxy.cfg", "haproxy2.cfg", "haproxy.cfg.bak", "other.cfg"):
        (folder / name).write_text("")
    (folder / "haproxy.cfg").chmod(0o640)
    (config,) = look_at_configs(["/etc/haproxy/haproxy.cfg", "/etc/keepalived/keepalived.conf"], tmp_path)
    assert (config.path, config.mode) == ("/etc/haproxy/haproxy.cfg", 0o640)
    assert strays(tmp_path) == ("/etc/haproxy/haporxy.cfg", "/etc/haproxy/haprox.cfg")


# -- whatever they are given

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)
_KEYS = (
    "ifname",
    "flags",
    "addr_info",
    "local",
    "prefixlen",
    "chain",
    "rule",
    "set",
    "elem",
    "prefix",
    "addr",
    "range",
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=20,
)
PACKET = Packet("ens160", ip_address("192.0.2.12"), ip_address("192.0.2.11"))
CHAIN = {"family": "inet", "table": "f", "name": "c", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}
RULE = {"family": "inet", "table": "f", "chain": "c"}


def _about(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A statement of a rule, with anything where a word, an address or a chain belongs."""
    selector = st.sampled_from(("meta", "payload", "ct", "&"))
    left = st.builds(
        lambda kind, key, field: {kind: {"key": key, "protocol": key, "field": field}}, selector, inner, inner
    )
    match = st.builds(
        lambda op, a, b: {"match": {"op": op, "left": a, "right": b}}, st.sampled_from(("==", "!=")), left, inner
    )
    jump = st.builds(lambda target: {"jump": {"target": target}}, st.sampled_from(("c", "d", None)))
    vmap = st.builds(lambda key, data: {"vmap": {"key": key, "data": {"set": data}}}, left, inner)
    return (
        match | jump | vmap | st.builds(lambda word: {word: None}, st.sampled_from(("accept", "drop", "limit", "xt")))
    )


@given(
    _JSON, st.lists(_about(_JSON | st.sampled_from(("iifname", "l4proto", "ip", "saddr", "@s"))) | _JSON, max_size=4)
)
def test_no_json_raises(document: Any, statements: list[Any]) -> None:
    text = json.dumps(document)
    assert isinstance(read_interfaces(text), tuple)
    rows = read_nftables(
        json.dumps({"nftables": [document, {"chain": document}, {"rule": document}, {"set": document}]})
    )
    own = ({"chain": CHAIN}, {"chain": {**CHAIN, "name": "d", "hook": None}}, {"rule": {**RULE, "expr": statements}})
    dropped(Rulesets((*rows, *own)), PACKET)


@given(_TEXTS)
def test_no_text_raises(text: str) -> None:
    assert isinstance(read_interfaces(text), tuple)
    assert read_nftables(text) == ()
    for line in (text, f"*filter\n:INPUT DROP [0:0]\n-A INPUT {text}\n"):
        list(read_iptables(line, 4))
        dropped(Rulesets((), {4: line}), PACKET)
    list(read_table(f"\n{text}", 6))
    read_units(f"Id=haproxy.service\n{text}", 0.0)
    read_sysctls([text])
    keep_configuration([text])


@given(st.binary(max_size=80))
def test_no_packet_raises(data: bytes) -> None:
    source, destination = ip_address("192.0.2.12"), ip_address("224.0.0.18")
    read_ipv4(data, "ens160")
    read_advert(data, "ens160", source, destination)
    read_advert(data, "ens160", ip_address("fe80::1"), ip_address("ff02::12"))
    read_arp_reply(data, IPv4Address("192.0.2.10"))


# -- adverts as they were on the wire


def test_an_advert_is_read_and_a_broken_one_is_not() -> None:
    source, group = ip_address("192.0.2.12"), ip_address("224.0.0.18")
    data = checksummed(V2)
    found = read_advert(data, "ens160", source, group)
    assert found is not None
    assert (found.vrid, found.priority, found.version, found.addresses) == (5, 110, 2, (ip_address("192.0.2.10"),))
    header = bytes.fromhex("46c000280000000 0ff700000".replace(" ", "")) + source.packed + group.packed + b"\x94\4\0\0"
    assert read_ipv4(header + data, "ens160") == found
    broken = bytes([data[0], data[1] ^ 1, *data[2:]])
    assert read_advert(broken, "ens160", source, group) is None
    assert read_advert(data[:10], "ens160", source, group) is None


def test_version_3_has_a_pseudo_header_and_for_ipv4_may_lack_it() -> None:
    message = bytes.fromhex("31056e0100640000c000020a")
    source, group = ip_address("192.0.2.12"), ip_address("224.0.0.18")
    pseudo = source.packed + group.packed + bytes([0, 112]) + len(message).to_bytes(2, "big")
    for data in (checksummed(message), checksummed(message, pseudo)):
        found = read_advert(data, "ens160", source, group)
        assert found is not None
        assert found.version == 3
    six, group6 = ip_address("fe80::12"), ip_address("ff02::12")
    message6 = bytes.fromhex("31056e0100640000") + ip_address("2001:db8::10").packed
    pseudo6 = six.packed + group6.packed + len(message6).to_bytes(4, "big") + bytes([0, 0, 0, 112])
    assert read_advert(checksummed(message6, pseudo6), "ens160", six, group6) is not None
    assert read_advert(checksummed(message6), "ens160", six, group6) is None
