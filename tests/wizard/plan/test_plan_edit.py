"""A change of a plan changes its lines of halb.toml, and nothing else."""

from __future__ import annotations

import re
from difflib import ndiff
from ipaddress import ip_address, ip_interface
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.plan import ClusterError, Phase, parse_cluster
from tests.examples import times
from tests.wizard.plans import ARTICLE, HOSTILE_NAMES, plans
from wizard.plan.file import write_plan
from wizard.plan.plan import ApiServer, Balancer, Plan, plan_of

pytestmark = pytest.mark.slow

HAND_MADE = """\
# Our plan. Ask Ann before you touch it.

[vip]   # first, as it matters most
address   =   '192.168.2.140/24'# asked of IPAM

[[lb]]  # rack A
name = "haproxy-lb1"
priority = 110    # the newer machine
address = "192.168.2.141"
interface = "ens160"
files = [
    "lb1/haproxy.cfg",  # odd
]

# what we leave out
[lint]
ignore = ["KA012"]   # yes

# rack B
[[lb]]
name = "haproxy-lb2"
address = "192.168.2.142"
interface = "ens160"
# no priority: 100

# the masters
[[control_plane]]
name = "k8s-master1"
address = "192.168.2.151"  # oldest

[[control_plane]]
address = "192.168.2.152"
name = "k8s-master2"

[[control_plane]]
name = "k8s-master3"
address = "192.168.2.153"

[vrrp]
auth_pass = "hunter2!"  # from the vault
advert_int = 1
virtual_router_id = 33

[cluster]
endpoint = "kube-control.kacangisnuts.com"
name = "kacang"

# the end"""
INLINE = """\
# all of it in few lines
vip.address = "192.168.2.140/24"  # the VIP
cluster = { name = "kacang", endpoint = "kube-control.kacangisnuts.com" } # the name
vrrp = { virtual_router_id = 33, auth_pass = "hunter2!" }
lb = [ # both
  { name = "haproxy-lb1", address = "192.168.2.141", interface = "ens160", files = ["a#b"] },  # A
  { name = "haproxy-lb2", address = "192.168.2.142", interface = "ens160" },
]
control_plane = [{ name = "k8s-master1", address = "192.168.2.151" },
                 { name = "k8s-master2", address = "192.168.2.152" },
                 { name = "k8s-master3", address = "192.168.2.153" }]
[lint]
per-file-ignores."old/*" = ["HA"] # kept
"""
COMMENT = re.compile(r"# [a-zA-Z: 0]+")


def read(text: str) -> Plan:
    return plan_of(parse_cluster(text, "halb.toml"))


def vrrp(plan: Plan, **changes: Any) -> Plan:
    return plan._replace(vrrp=plan.vrrp._replace(**changes))


def changed_lines(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came, but for blank ones."""
    lines = list(ndiff(old.splitlines(), new.splitlines()))
    gone, come = ([line[2:] for line in lines if line.startswith(f"{mark} ") and line[2:]] for mark in "-+")
    return gone, come


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_no_name_breaks_the_file(name: str) -> None:
    plan = ARTICLE._replace(name=name)
    assert read(write_plan(plan)) == plan
    assert read(write_plan(plan, HAND_MADE)) == plan
    assert read(write_plan(plan, INLINE)) == plan


@pytest.mark.parametrize(
    "text", [HAND_MADE, INLINE, write_plan(ARTICLE), HAND_MADE.replace("\n", "\r\n"), "\ufeff" + HAND_MADE]
)
def test_an_equal_plan_changes_no_byte(text: str) -> None:
    assert read(text) == ARTICLE
    assert write_plan(ARTICLE, text) == text


@given(plans())
def test_any_plan_of_its_own_changes_no_byte(plan: Plan) -> None:
    text = write_plan(plan)
    assert write_plan(plan, text) == text


@given(plans(), plans())
@settings(max_examples=times(40))
def test_any_plan_is_written_into_any_file(old: Plan, new: Plan) -> None:
    text = write_plan(old).replace("\n[", "\n# a [[comment]] = '\n[") + "\n[lint]\nselect = ['KA'] # kept\n"
    written = write_plan(new, text)
    assert read(written) == new
    assert "select = ['KA'] # kept\n" in written
    assert written.count("# a [[comment]] = '\n") == text.count("# a [[comment]] = '\n")
    assert write_plan(new, written) == written
    assert read(write_plan(old, written)) == old


@given(plans(), st.sampled_from([HAND_MADE, INLINE, HAND_MADE.replace("\n", "\r\n"), "\ufeff" + INLINE]))
@settings(max_examples=times(60))
def test_any_plan_is_written_into_a_file_of_any_form(new: Plan, text: str) -> None:
    written = write_plan(new, text)
    assert read(written) == new
    assert written.startswith("\ufeff") == text.startswith("\ufeff")
    assert ("\r\n" in text) == ("\r\n" in written)
    assert "\n" not in written.replace("\r\n", "") or "\r\n" not in text
    assert read(write_plan(ARTICLE, written)) == ARTICLE


@st.composite
def edits(draw: st.DrawFn) -> Plan:
    """The article's plan with other values, the same machines, and some more of them."""
    some = draw(plans())
    plan = ARTICLE._replace(
        name=some.name, endpoint=some.endpoint, port=some.port, phase=some.phase, layout=some.layout
    )
    plan = plan._replace(vrrp=some.vrrp, haproxy=some.haproxy)
    more = [ApiServer(f"new{n}", ip_address(f"192.168.2.{160 + n}"), some.port) for n in range(draw(st.integers(0, 2)))]
    lbs = [*plan.load_balancers, *(Balancer(node.name, node.address, "eth0", 90) for node in more)]
    priorities = draw(st.lists(st.integers(1, 254), min_size=len(lbs), max_size=len(lbs)))
    lbs = [lb._replace(priority=priority) for lb, priority in zip(lbs, priorities, strict=True)]
    nodes = draw(st.permutations([*plan.control_plane, *more]))
    return plan._replace(control_plane=tuple(nodes), load_balancers=tuple(sorted(lbs, key=lambda lb: -lb.priority)))


@given(edits(), st.sampled_from([HAND_MADE, INLINE]))
@settings(max_examples=times(60))
def test_an_edit_that_removes_no_machine_keeps_every_comment(plan: Plan, text: str) -> None:
    written = write_plan(plan, text)
    assert read(written) == plan
    comments = COMMENT.findall(text)
    assert len(comments) > 3
    for comment in comments:
        assert comment in written
    assert parse_cluster(written, "x").lint == parse_cluster(text, "x").lint


@pytest.mark.parametrize(
    ("plan", "gone", "come"),
    [
        (
            ARTICLE._replace(vip=ip_interface("192.168.2.150/24")),
            ["address   =   '192.168.2.140/24'# asked of IPAM"],
            ["address   =   \"192.168.2.150/24\"# asked of IPAM"],
        ),
        (ARTICLE._replace(phase=Phase.CUTOVER), [], ['phase = "cutover"']),
        (vrrp(ARTICLE, auth_pass=None), ['auth_pass = "hunter2!"  # from the vault'], ["# from the vault"]),
        (vrrp(ARTICLE, advert_int=2.0), ["advert_int = 1"], ["advert_int = 2.0"]),
        (vrrp(ARTICLE, preempt=False), [], ["preempt = false"]),
        (
            ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(bind="vip", health_port=8406)),
            [],
            ["[haproxy]", 'bind = "vip"', "health-port = 8406"],
        ),
        (
            ARTICLE._replace(control_plane=(*ARTICLE.control_plane, ApiServer("new", ip_address("192.168.2.154")))),
            [],
            ["[[control_plane]]", 'name = "new"', 'address = "192.168.2.154"', "port = 6443"],
        ),
        (
            ARTICLE._replace(
                control_plane=(
                    *ARTICLE.control_plane[:1],
                    ApiServer("renamed", ip_address("192.168.2.152")),
                    ARTICLE.control_plane[2]._replace(port=7443),
                )
            ),
            ['name = "k8s-master2"'],
            ['name = "renamed"', "port = 7443"],
        ),
        (
            ARTICLE._replace(control_plane=ARTICLE.control_plane[::2]),
            ['address = "192.168.2.152"', 'name = "k8s-master2"', "[[control_plane]]"],
            [],
        ),
    ],
)  # fmt: skip
def test_only_the_lines_of_what_changed_are_changed(plan: Plan, gone: list[str], come: list[str]) -> None:
    written = write_plan(plan, HAND_MADE)
    assert read(written) == plan
    assert changed_lines(HAND_MADE, written) == (gone, come)
    assert not written.endswith("\n")


def test_a_load_balancer_that_is_removed_takes_its_table_and_nothing_else() -> None:
    third = Balancer("haproxy-lb3", ip_address("192.168.2.143"), "eth0", 90)
    plan = ARTICLE._replace(load_balancers=(ARTICLE.load_balancers[0], third))
    written = write_plan(plan, HAND_MADE)
    assert read(written) == plan
    block = '[[lb]]\nname = "haproxy-lb2"\naddress = "192.168.2.142"\ninterface = "ens160"\n'
    new = (
        '\n[[lb]]\nname = "haproxy-lb3"\naddress = "192.168.2.143"\ninterface = "eth0"\npriority = 90\n'
        'os = "debian"\nfiles = ["haproxy-lb3/etc/haproxy/haproxy.cfg", "haproxy-lb3/etc/keepalived/keepalived.conf"]\n'
    )
    before, after = HAND_MADE.split(block)
    rack_a, lint = before.split("\n# what we leave out")
    assert written == f"{rack_a}{new}\n# what we leave out{lint}{after}"


def test_another_initial_master_swaps_the_tables_and_the_comments_inside_them() -> None:
    first, second, third = ARTICLE.control_plane
    plan = ARTICLE._replace(control_plane=(second, first, third))
    one = '[[control_plane]]\nname = "k8s-master1"\naddress = "192.168.2.151"  # oldest\n'
    two = '[[control_plane]]\naddress = "192.168.2.152"\nname = "k8s-master2"\n'
    assert write_plan(plan, HAND_MADE) == HAND_MADE.replace(f"{one}\n{two}", f"{two}\n{one}")


def test_a_new_initial_master_comes_first() -> None:
    plan = ARTICLE._replace(control_plane=(ApiServer("new", ip_address("192.168.2.154")), *ARTICLE.control_plane))
    written = write_plan(plan, HAND_MADE)
    new = '[[control_plane]]\nname = "new"\naddress = "192.168.2.154"\nport = 6443\n\n'
    assert written == HAND_MADE.replace("# the masters\n", f"# the masters\n{new}")


def test_a_load_balancer_that_is_renamed_has_its_own_folder_and_only_that() -> None:
    text = write_plan(ARTICLE)
    first, second = ARTICLE.load_balancers
    plan = ARTICLE._replace(load_balancers=(first._replace(name="edge1"), second))
    assert write_plan(plan, text) == text.replace("haproxy-lb1", "edge1")
    by_hand = write_plan(plan, HAND_MADE)
    assert by_hand == HAND_MADE.replace("haproxy-lb1", "edge1")
    assert parse_cluster(by_hand, "x").load_balancers[0].files[0].value == "lb1/haproxy.cfg"


def test_a_second_family_is_added_and_taken_away_again() -> None:
    text = write_plan(vrrp(ARTICLE, auth_pass=None))
    lbs = tuple(
        lb._replace(address6=ip_address(f"fd00:2::14{n}")) for n, lb in enumerate(ARTICLE.load_balancers, start=1)
    )
    plan = vrrp(ARTICLE, auth_pass=None)._replace(vip6=ip_interface("fd00:2::140/64"), load_balancers=lbs)
    written = write_plan(plan, text)
    assert read(written) == plan
    assert changed_lines(text, written) == (
        [],
        ['address6 = "fd00:2::140/64"', 'address6 = "fd00:2::141"', 'address6 = "fd00:2::142"'],
    )
    assert write_plan(vrrp(ARTICLE, auth_pass=None), written) == text


def test_tables_in_one_line_get_headers_when_keys_are_added_and_keep_their_comments() -> None:
    plan = vrrp(ARTICLE, mode="multicast")._replace(control_plane=ARTICLE.control_plane[1:])
    written = write_plan(plan, INLINE)
    assert read(written) == plan
    assert '\n[vrrp]\nvirtual_router_id = 33\nauth_pass = "hunter2!"\nmode = "multicast"\n' in written
    assert INLINE[: INLINE.index("vrrp =")] in written
    assert INLINE[INLINE.index("lb =") : INLINE.index("control_plane =")] in written


@pytest.mark.parametrize(
    "text", ["# notes\n", "# notes", "\n\n", "[lint]\nignore = ['KA012'] # why\n", "\ufeff# notes\n"]
)
def test_a_file_without_a_plan_keeps_what_it_has_and_gets_a_whole_one(text: str) -> None:
    written = write_plan(ARTICLE, text)
    assert written.startswith(text)
    assert written.endswith(write_plan(ARTICLE))
    assert read(written) == ARTICLE
    assert write_plan(ARTICLE, written) == written


@pytest.mark.parametrize("text", ["[vip", "[vip]\naddress = 1\n", "[vrp]\n", "[cluster]\nschema = 2\n", "[[lb]]\n"])
def test_a_file_that_is_no_plan_is_an_error_with_its_place(text: str) -> None:
    with pytest.raises(ClusterError, match=r"^halb\.toml:\d+: "):
        write_plan(ARTICLE, text)


PIECES = [
    *"[]{}=#\"'\n., ", "\r\n", "# '\n", "[lint]\n", "[lint.per-file-ignores]\n", "schema = 1\n", "port = 8443\n",
    "[vip]\n", "'vip' . \"address\" = '10.0.0.1/8' # z\n", "vip.address6 = 'fd00::1/64'\n", "address6 = 'fd00::2/64'\n",
    "[cluster]\n", "cluster . port = 8443\n", "[haproxy]\n", "haproxy = { check = 'tcp' }\n",
    "vrrp = {}\n", "[vrrp]\nauth_pass = '#'\n",
    "[[lb]]\nname = 'haproxy-lb2'\n", "lb = []\n", "lb = [{ name = 'haproxy-lb2' }, # y\n]\n",
    "[[control_plane]]\nname = 'k8s-master3' # x\n",
    "control_plane = [\n{ name = 'a' }, { name = 'k8s-master2', port = 1 },\n]\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(max_examples=times(200))
def test_any_text_is_changed_or_refused(text: str) -> None:
    try:
        written = write_plan(ARTICLE, text)
    except ClusterError:
        return
    assert read(written) == ARTICLE
    assert write_plan(ARTICLE, written) == written


def test_keys_that_are_added_stand_in_the_order_of_the_contract() -> None:
    text = write_plan(ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(retries=5)))
    haproxy = ARTICLE.haproxy._replace(check="tcp", maxconn=7, retries=5, inter="1s", fall=9, rise=9, bind="vip")
    assert write_plan(ARTICLE._replace(haproxy=haproxy), text).endswith(
        '\n[haproxy]\ncheck = "tcp"\nmaxconn = 7\nretries = 5\ninter = "1s"\nfall = 9\nrise = 9\nbind = "vip"\n'
    )
