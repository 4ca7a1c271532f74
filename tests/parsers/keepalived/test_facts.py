"""Facts: what is written, and what keepalived 2.2.7 makes of it."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance, command_of, keepalived_facts
from parsers.keepalived import parse_keepalived


def facts(text: str) -> KeepalivedConfig:
    return keepalived_facts(parse_keepalived(text))


def instance(lines: str, before: str = "") -> VrrpInstance:
    (found,) = facts(f"{before}\nvrrp_instance VI_1 {{\n{lines}\n}}\n").instances
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("priority 150", 150),
        ("priority 0150", 150),
        ('priority " 150"', 150),
        ("priority 300", 100),
        ("priority 0", 100),
        ("priority -1", 100),
        ("priority 100.5", 100),
        ("priority x", 100),
        ("priority 150\npriority 120", 120),
        ("priority 150\npriority x", 100),
        ("priority 150 200", 150),
        ("priority 255", 255),
        ("", 100),
        ("state BACKUP", 100),
        ("state MASTER", 255),
        ("state master", 100),
        ("priority ${P}", None),
        ("priority {{ p }}", None),
        ("@lb1 priority 1\n@lb2 priority 2", None),
        ("@lb1 state MASTER", None),
    ],
)
def test_priority(lines: str, expected: int | None) -> None:
    assert instance(lines).effective_priority == expected


def test_wrong_values_are_kept_with_their_text() -> None:
    found = instance("  priority 300\n  virtual_router_id x\n  advert_int\n  state SLAVE")
    assert found.priority is not None
    assert (found.priority.value, found.priority.raw, found.priority.span.line) == (None, "300", 3)
    assert found.priority.certain
    assert found.virtual_router_id is not None
    assert (found.virtual_router_id.value, found.virtual_router_id.raw) == (None, "x")
    assert found.advert_int is not None
    assert (found.advert_int.value, found.advert_int.raw, found.advert_int.span.text) == (None, "", "advert_int")
    assert found.state is not None
    assert (found.state.value, found.state.raw) == (None, "SLAVE")
    assert found.interface is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", 1.0),
        ("advert_int 2", 2.0),
        ("advert_int 0.5", 1.0),
        ("advert_int 1.4", 1.0),
        ("advert_int 1.5", 2.0),
        ("advert_int 0.2", 1.0),
        ("advert_int 0", 1.0),
        ("advert_int 300", 1.0),
        ("advert_int 3\nadvert_int 1s", 3.0),
        ("version 3\nadvert_int 0.25", 0.25),
        ("version 3\nadvert_int 0.256", 0.26),
        ("version 3\nadvert_int 100", 40.95),
        ("version 3\nadvert_int .5", 0.5),
        ("advert_int ${X}", None),
    ],
)
def test_advert_interval(lines: str, expected: float | None) -> None:
    assert instance(lines).effective_advert_int == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", "BACKUP"),
        ("priority 255", "MASTER"),
        ("priority 255\nstate BACKUP", "BACKUP"),
        ("state MASTER", "MASTER"),
        ("state MASTER\nstate BACKUP", "MASTER"),
        ("state BACKUP\nstate MASTER", "MASTER"),
        ("state MASTER\nstate x", "BACKUP"),
        ("state MASTER\npriority 100\nstrict_mode on", "BACKUP"),
        ("state MASTER\npriority 9\nauthentication {\nauth_type AH\nauth_pass x\n}", "BACKUP"),
    ],
)
def test_initial_state(lines: str, expected: str) -> None:
    assert instance(lines).initial_state == expected


@pytest.mark.parametrize(
    ("lines", "family", "version"),
    [
        ("", 4, 2),
        ("virtual_ipaddress {\n10.0.0.1\n}", 4, 2),
        ("virtual_ipaddress {\nfd00::1/64\n}", 6, 3),
        ("virtual_ipaddress {\nname\nfd00::1\n10.0.0.1\n}", 6, 3),
        ("unicast_src_ip fd00::2\nvirtual_ipaddress {\n10.0.0.1\n}", 6, 3),
        ("unicast_peer {\n10.0.0.1/24\n}", 4, 2),
        ("native_ipv6", 6, 3),
        ("version 3", 4, 3),
        ("version 3\nversion 2", 4, 3),
        ("version 4", 4, 2),
        ("version 2\nvirtual_ipaddress {\nfd00::1\n}", 6, 2),
        ("virtual_ipaddress {\nfd00::1\n}\nversion 2", 6, 3),
        ("virtual_ipaddress {\n${VIP}\n}", None, None),
        ("version ${V}", 4, None),
    ],
)
def test_family_and_version(lines: str, family: int | None, version: int | None) -> None:
    found = instance(lines)
    assert (found.family, found.effective_version) == (family, version)


def test_global_version() -> None:
    assert instance("", "global_defs {\nvrrp_version 3\n}\nglobal_defs {\nvrrp_version x\n}").effective_version == 3
    assert instance("", "@lb1 global_defs {\n@lb1 vrrp_version 3\n@lb1 }").effective_version is None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("nopreempt", True),
        ("nopreempt\npreempt", False),
        ("preempt\nnopreempt", True),
        ("nopreempt\nstate MASTER\npriority 100", False),
        ("nopreempt\npriority 255\nstate BACKUP", False),
        ("", False),
    ],
)
def test_nopreempt(lines: str, expected: bool) -> None:
    assert instance(lines).effective_nopreempt is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("preempt_delay 5", 5.0),
        ("preempt_delay 5\nnopreempt", 0.0),
        ("preempt_delay 5\nstate MASTER", 0.0),
        ("preempt_delay 5\npreempt_delay 100000", 0.0),
    ],
)
def test_preempt_delay(lines: str, expected: float) -> None:
    assert instance(lines).effective_preempt_delay == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", False),
        ("unicast_peer {\n}", False),
        ("unicast_peer {\nlb2\n}", False),
        ("unicast_peer {\n10.0.0.2\n}", True),
        ("unicast_peer {\nlb2\n10.0.0.2/24\n}", True),
        ("virtual_ipaddress {\n10.0.0.1\n}\nunicast_peer {\nfd00::2\n}", False),
        ("unicast_peer {\n${PEER}\n}", None),
        ("unicast_src_ip 10.0.0.1", False),
        ("@lb1 unicast_peer {\n@lb1 10.0.0.2\n@lb1 }", None),
    ],
)
def test_unicast(lines: str, expected: bool | None) -> None:
    assert instance(lines).is_unicast is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("authentication {\nauth_type PASS\nauth_pass x\n}", "PASS"),
        ("authentication {\nauth_type PASS\n}", None),
        ("authentication {\nauth_pass x\n}", None),
        ("authentication {\nauth_type pass\nauth_pass x\n}", None),
        ("authentication {\nauth_type PASS\nauth_pass x\n}\nversion 3", None),
        ("authentication {\nauth_type PASS\nauth_pass x\n}\nstrict_mode true", None),
        ("authentication {\nauth_type AH\nauth_pass x\n}", "AH"),
        ("authentication {\nauth_type PASS\n}\nauthentication {\nauth_pass x\n}", "PASS"),
    ],
)
def test_authentication(lines: str, expected: str | None) -> None:
    assert instance(lines).effective_auth_type == expected


def test_the_password_is_what_the_daemon_stores() -> None:
    found = instance("authentication {\nauth_pass 'a b'\n}")
    assert found.auth_pass is not None
    assert found.auth_pass.value == "'a"


def test_virtual_addresses() -> None:
    found = instance(
        "virtual_ipaddress {\n"
        "10.0.0.1/24 dev eth0 label eth0:1 brd + no_track\n"
        "10.0.0.2/33\n"
        "10.0.0.3 10.0.0.4\n"
        "vip.example.com\n"
        "10.0.0.5 dev\n"
        "10.0.0.6 label abcdefghijklmnop\n"
        "10.0.0.7 dev a dev b\n"
        "fd00::1/64\n"
        "{{ vip }}/24\n"
        "}\nvirtual_ipaddress_excluded {\n10.0.1.1\n}\nvirtual_ipaddress {\n10.0.0.8\n}"
    )
    first, prefix, two, name, missing, label, device, six, template, last = found.vips
    assert first.address == ip_address("10.0.0.1")
    assert (first.prefix, first.effective_prefix, first.lost) == (24, 24, None)
    assert first.dev is not None
    assert first.label is not None
    assert (first.dev.value, first.label.value, first.options["broadcast"].value) == ("eth0", "eth0:1", "+")
    assert "no_track" in first.options
    assert (prefix.prefix, prefix.effective_prefix) == (None, 32)
    assert [word.value for word in two.unknown] == ["10.0.0.4"]
    assert (name.address, name.raw, name.lost) == (None, "vip.example.com", "address")
    assert [vip.lost for vip in (missing, label, device)] == ["missing-value", "label", "duplicate-dev"]
    assert (six.family, six.effective_prefix) == (6, 64)
    assert (template.certain, template.address, template.lost) == (False, None, None)
    assert last.raw == "10.0.0.8"
    assert [vip.raw for vip in found.usable_vips] == ["10.0.0.1/24", "10.0.0.2/33", "10.0.0.3", "10.0.0.8"]
    assert [vip.raw for vip in found.excluded_vips] == ["10.0.1.1"]


def test_peers() -> None:
    found = instance(
        "unicast_peer {\n10.0.0.2 min_ttl 1 max_ttl 255\n10.0.0.3 10.0.0.4\nlb2\n}\nunicast_peer {\n10.0.0.5\n}"
    )
    assert [(str(peer.address), peer.raw) for peer in found.unicast_peers] == [
        ("10.0.0.2", "10.0.0.2"),
        ("10.0.0.3", "10.0.0.3"),
        ("None", "lb2"),
        ("10.0.0.5", "10.0.0.5"),
    ]
    first, second = found.unicast_peers[:2]
    assert first.min_ttl is not None
    assert (first.min_ttl.value, first.unknown) == (1, [])
    assert [word.value for word in second.unknown] == ["10.0.0.4"]
    assert len(found.unicast_peer_blocks) == 2


TRACKED = """
vrrp_script chk {
  script "/bin/x a"
  weight -20
}
vrrp_script big {
  script /bin/x
  weight 1000 reverse
}
vrrp_script chk {
  weight 7
}
vrrp_track_process web {
  process haproxy
  weight 5
}
track_file f {
  file /x
}
"""


@pytest.mark.parametrize(
    ("line", "weight", "reverse", "lost"),
    [
        ("track_script {\nchk\n}", -20, False, False),
        ("track_script {\nchk weight 10\n}", 10, False, False),
        ("track_script {\nchk weight -254 reverse\n}", -253, True, False),
        ("track_script {\nchk weight 300\n}", -20, False, False),
        ("track_script {\nchk weight x\n}", -20, False, False),
        ("track_script {\nchk weight\n}", -20, False, True),
        ("track_script {\nchk big\n}", -20, False, True),
        ("track_script {\nbig\n}", 1000, True, False),
        ("track_script {\nbig weight 1 noreverse\n}", 1, False, False),
        ("track_script {\ngone\n}", None, False, False),
        ("track_script {\nchk weight ${W}\n}", None, False, False),
        ("track_process {\nweb\n}", 5, False, False),
        ("track_file {\nf\n}", 1, False, False),
        ("track_file {\nf weight 254\n}", 254, False, False),
        ("track_interface {\neth1\n}", 0, False, False),
        ("track_interface {\neth1 weight 300\n}", 0, False, False),
    ],
)
def test_trackers(line: str, weight: int | None, reverse: bool, lost: bool) -> None:
    config = facts(f"{TRACKED}vrrp_instance A {{\n{line}\n}}\n")
    (tracker,) = config.instances[0].trackers
    assert config.tracker_weight(tracker) == weight
    assert config.tracker_reverse(tracker) is reverse
    assert tracker.lost is lost


def test_definitions_of_trackers() -> None:
    config = facts("vrrp_instance A {\ntrack_script {\nchk\n}\n}\n" + TRACKED)
    (user,) = config.instances
    (tracker,) = user.trackers
    item = config.definition(tracker)
    assert item is config.scripts[0]
    assert not config.defined_before(item, user)


@pytest.mark.parametrize(
    ("line", "command", "argv", "dropped"),
    [
        ('script "/bin/x a b"', "/bin/x a b", ["/bin/x", "a", "b"], []),
        ("script '/bin/x a \"b c\"'", '/bin/x a "b c"', ["/bin/x", "a", "b c"], []),
        ("script /bin/x a b", "/bin/x", ["/bin/x"], ["a", "b"]),
        (r"script /bin/x\ y", "/bin/x y", ["/bin/x", "y"], []),
        (r'script "/bin/x \\\"q\\\""', r"/bin/x \"q\"", ["/bin/x", '"q"'], []),
        (r'script "a\tb\x41\101\cA"', "a\tbAA\x01", ["a", "bAA\x01"], []),
        ('script "killall -0 haproxy" # check', "killall -0 haproxy", ["killall", "-0", "haproxy"], []),
        ('script "</dev/tcp/127.0.0.1/6443"', "</dev/tcp/127.0.0.1/6443", ["</dev/tcp/127.0.0.1/6443"], []),
        ("script", None, [], []),
        ('$C=/bin/x\nscript "${C} -v"', "/bin/x -v", ["/bin/x", "-v"], []),
    ],
)
def test_commands(line: str, command: str | None, argv: list[str], dropped: list[str]) -> None:
    (script,) = facts(f"vrrp_script chk {{\n{line}\n}}\n").scripts
    assert script.script is not None
    assert (script.script.value, script.argv) == (command, argv)
    assert command_of(script.script.directive).extra == dropped
    assert script.script.certain


def test_a_command_with_a_placeholder_is_unknown() -> None:
    (script,) = facts('vrrp_script chk {\nscript "/bin/x {{ port }}"\n}\n').scripts
    assert script.script is not None
    assert (script.script.value, script.script.certain, script.argv) == (None, False, [])


def test_script_timers() -> None:
    (script,) = facts(
        "vrrp_script chk {\nscript x\ninterval 2\ninterval 0.5\ntimeout 0\nrise 0\nfall 3\nuser a b\n}\n"
    ).scripts
    assert script.interval is not None
    assert (script.interval.value, script.interval.raw) == (0.5, "0.5")
    assert (script.effective_interval, script.effective_timeout) == (2.0, 1.0)
    assert (script.effective_rise, script.effective_fall) == (1, 3)
    assert script.rise is not None
    assert script.rise.value is None
    assert script.user is not None
    assert script.user.value == "a"
    assert (script.weight, script.effective_weight) == (None, 0)


def test_processes_and_groups() -> None:
    config = facts(
        "vrrp_track_process p {\nprocess /usr/sbin/haproxy -W\nfull_command\nparam_match partial\n}\n"
        "vrrp_sync_group G {\ngroup {\nA B\nC\n}\ngroup {\nD\n}\ntrack_script {\nx weight 2\n}\n}\n"
        "vrrp_instance A {\n}\n"
    )
    (process,) = config.processes
    assert process.process is not None
    assert (process.process.value, process.argv) == ("/usr/sbin/haproxy", ["/usr/sbin/haproxy", "-W"])
    assert process.full_command is not None
    assert process.param_match is not None
    assert process.param_match.value == "partial"
    (group,) = config.sync_groups
    assert [member.value for member in group.members] == ["A", "B", "C"]
    assert [tracker.name for tracker in group.trackers] == ["x"]
    assert config.sync_group_of(config.instances[0]) is group


def test_names() -> None:
    config = facts("vrrp_instance {\n}\nvrrp_instance A B {\n}\nvrrp_instance ${X} {\n}\n")
    assert [(item.name.value, item.name.raw) for item in config.instances] == [
        (None, ""),
        ("A", "A"),
        (None, "${X}"),
    ]


def test_other_settings_in_file_order() -> None:
    found = instance("garp_master_delay 1\ndebug\ngarp_master_delay 2 3")
    assert [value.value for value in found.settings("garp_master_delay")] == ["1", "2"]
    assert [value.value for value in found.settings("debug")] == [""]
    last = found.get("garp_master_delay")
    assert last is not None
    assert last.value == "2"
    assert found.get("gone") is None


def test_facts_come_from_the_structure_that_was_meant() -> None:
    config = facts("vrrp_instance A {\n  priority 1\nvrrp_instance B {\n  priority 2\n}\n")
    assert [(item.title, item.effective_priority) for item in config.instances] == [("A", 1), ("B", 2)]


@pytest.mark.parametrize(
    ("text", "complete"),
    [("a\n", True), ("include x\n", False), ("@lb1 a\n", False), ("{{ a }}\n", False), ("vrrp_instance A {\n", True)],
)
def test_completeness(text: str, complete: bool) -> None:
    assert facts(text).complete is complete
