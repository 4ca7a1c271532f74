"""Who becomes master after a change, and when.

The seconds come from RFC 3768 and RFC 5798 worked out by hand (skew = (256 - priority) / 256 s, down interval = three
adverts and the skew), the outcomes from runs of keepalived 2.2.7.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.rules.failover.fleets import Happened, checked, instance, unicast

Nodes = dict[str, str]


def pair(first: str, second: str) -> Nodes:
    return {"lb1": first, "lb2": second}


def lines(*settings: str) -> Nodes:
    """Priorities 150 and 100, with these settings on both."""
    return pair(instance(150, *settings), instance(100, *settings))


# -- the start


def test_the_highest_priority_has_the_shortest_wait() -> None:
    began = Happened(lines()).start()
    assert began.owners == [("lb1",)]
    # 3 x 1 s + 106/256 s, and up to half a second to read the file
    assert began.seconds("lb1") == (3.414, 3.914)


def test_state_master_starts_no_sooner() -> None:
    nodes = pair(instance(150, state="MASTER"), instance(100, state="MASTER"))
    assert Happened(nodes).start().seconds("lb1") == (3.414, 3.914)


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        pytest.param("MASTER", (0.0, 0.5), id="255 and state MASTER is master at once"),
        pytest.param("BACKUP", (3.004, 3.504), id="255 and state BACKUP waits as others do"),
    ],
)
def test_the_address_owner(state: str, seconds: tuple[float, float]) -> None:
    nodes = pair(instance(255, state=state), instance(100))
    assert Happened(nodes).start().seconds("lb1") == seconds


def test_startup_delay_comes_before_the_first_wait() -> None:
    delayed = "global_defs {\n vrrp_startup_delay 5\n}\n" + instance(150)
    assert Happened(pair(delayed, instance(100))).start("lb1").seconds("lb1") == (8.414, 8.914)


def test_of_equal_ones_nobody_knows_who_is_first() -> None:
    nodes = pair(instance(100, unicast(11, 12)), instance(100, unicast(12, 11)))
    assert Happened(nodes).start().owners == [("lb1",), ("lb2",)]


def test_nobody_without_keepalived() -> None:
    nodes = lines()
    assert Happened(nodes).owners == []
    assert Happened(nodes).start("lb2").owners == [("lb2",)]


# -- who keeps whom from taking over


def test_an_equal_priority_takes_nothing_over() -> None:
    nodes = pair(instance(100, unicast(11, 12)), instance(100, unicast(12, 11)))
    for first, second in (("lb1", "lb2"), ("lb2", "lb1")):
        assert Happened(nodes).start(first).start(second).owners == [(first,)]


def test_two_masters_that_meet_go_by_priority_then_by_address() -> None:
    equal = pair(instance(100, unicast(11, 12)), instance(100, unicast(12, 11)))
    met = Happened(equal).start("lb1").start("lb2").cut("lb1")
    assert met.owners == [("lb1", "lb2")]
    assert met.heal().owners == [("lb2",)]  # 192.0.2.12 is the higher address
    assert Happened(lines()).start().cut("lb1").heal().owners == [("lb1",)]


@pytest.mark.parametrize(
    ("high", "low", "owner"),
    [
        pytest.param("", "", "lb1", id="a higher one that comes back takes over"),
        pytest.param("nopreempt", "nopreempt", "lb2", id="not with nopreempt"),
        pytest.param("nopreempt", "", "lb2", id="its own nopreempt is what counts"),
        pytest.param("", "nopreempt", "lb1", id="that of the lower one does not protect it"),
    ],
)
def test_coming_back(high: str, low: str, owner: str) -> None:
    nodes = pair(instance(150, *filter(None, [high])), instance(100, *filter(None, [low])))
    assert Happened(nodes).start().power_off("lb1").start("lb1").owners == [(owner,)]


def test_state_master_clears_nopreempt() -> None:
    nodes = pair(instance(150, "nopreempt", state="MASTER"), instance(100))
    assert Happened(nodes).start("lb2").start("lb1").owners == [("lb1",)]


def test_nopreempt_protects_no_master_that_hears_a_higher_one() -> None:
    nodes = lines("nopreempt")
    assert Happened(nodes).start("lb2").start("lb1").cut("lb1").heal().owners == [("lb1",)]


def test_nopreempt_leaves_a_master_alone_whose_weight_dropped_below() -> None:
    nodes = pair(checked(150, -100, "nopreempt"), checked(100, -100, "nopreempt"))
    assert Happened(nodes).start("lb1").start("lb2").fail("lb1").owners == [("lb1",)]
    weightless = pair(checked(150, 0, "nopreempt"), checked(100, 0, "nopreempt"))
    assert Happened(weightless).start("lb1").start("lb2").fail("lb1").owners == [("lb2",)]


def test_preempt_delay_waits_from_the_first_lower_advert_on() -> None:
    nodes = pair(instance(150, "preempt_delay 5"), instance(100))
    began = Happened(nodes).start("lb2").start("lb1")
    assert began.owners == [("lb1",)]
    at = began.seconds("lb1")
    assert at.low <= 8.6 <= at.high  # measured; 5 s, and then its down interval of 3.4 s
    assert at.high - at.low <= 3
    assert Happened(nodes).start().power_off("lb2").owners == [("lb1",)]


# -- the ways to lose the VIP


@pytest.mark.parametrize(
    ("lose", "seconds"),
    [
        pytest.param(lambda fleet: fleet.power_off("lb1"), (2.609, 3.609), id="silence: the down interval"),
        pytest.param(lambda fleet: fleet.unplug("lb1"), (2.609, 3.609), id="no link: nobody hears a farewell"),
        pytest.param(lambda fleet: fleet.kill("lb1"), (2.609, 3.609), id="killed: no farewell either"),
        pytest.param(lambda fleet: fleet.hang("lb1"), (2.609, 3.609), id="stopped by a signal: the same"),
        pytest.param(lambda fleet: fleet.stop("lb1"), (0.609, 0.709), id="stopped: the skew"),
        pytest.param(lambda fleet: fleet.cut("lb1"), (2.609, 3.609), id="a cut"),
    ],
)
def test_how_long_a_loss_takes(lose: Callable[[Happened], Happened], seconds: tuple[float, float]) -> None:
    assert lose(Happened(lines()).start()).seconds("lb2") == seconds


@pytest.mark.parametrize(
    ("weight", "settings", "seconds"),
    [
        # a script: (fall - 1) to fall intervals until it counts, then the skew or the down interval less an advert
        pytest.param(0, {"interval": 2, "fall": 2}, (2.609, 4.709), id="weight 0: farewell"),
        pytest.param(0, {"interval": 1, "fall": 1}, (0.609, 1.709), id="weight 0, at the first failure"),
        pytest.param(-60, {"interval": 2, "fall": 2}, (4.609, 7.609), id="a weight: its adverts are ignored"),
        pytest.param(-60, {"interval": 3, "fall": 10}, (29.609, 33.609), id="as in kubeadm's documentation"),
    ],
)
def test_how_long_a_dead_haproxy_takes(weight: int, settings: dict[str, int], seconds: tuple[float, float]) -> None:
    nodes = pair(checked(150, weight, **settings), checked(100, weight, **settings))
    assert Happened(nodes).start().fail("lb1").seconds("lb2") == seconds


def test_a_tracked_process_is_seen_at_once() -> None:
    track = "vrrp_track_process proxy {\n process haproxy\n weight 0\n}\n"
    nodes = pair(*(track + instance(p, "track_process {\n proxy\n }") for p in (150, 100)))
    assert Happened(nodes).start().fail("lb1").seconds("lb2") == (0.609, 0.709)


@pytest.mark.parametrize(
    ("version", "advert", "seconds"),
    [
        pytest.param(2, 2.0, (4.609, 6.609), id="version 2: the skew does not grow with advert_int"),
        pytest.param(3, 2.0, (5.219, 7.219), id="version 3: it does"),
        pytest.param(3, 0.2, (0.522, 0.722), id="version 3, below a second"),
    ],
)
def test_advert_int_and_version(version: int, advert: float, seconds: tuple[float, float]) -> None:
    nodes = pair(*(instance(p, f"version {version}", advert=advert) for p in (150, 100)))
    assert Happened(nodes).start().power_off("lb1").seconds("lb2") == seconds


def test_version_3_goes_by_the_interval_of_the_master() -> None:
    nodes = pair(instance(150, "version 3", advert=3), instance(100, "version 3", advert=1))
    assert Happened(nodes).start("lb1").start("lb2").power_off("lb1").seconds("lb2") == (7.828, 10.828)


def test_down_timer_adverts_stands_for_the_three() -> None:
    nodes = pair(*(instance(p, "version 3", "down_timer_adverts 5") for p in (150, 100)))
    assert Happened(nodes).start().power_off("lb1").seconds("lb2") == (4.609, 5.609)


def test_of_several_backups_the_highest_takes_over_and_equal_ones_race() -> None:
    nodes = {"lb1": instance(150), "lb2": instance(100), "lb3": instance(90)}
    assert Happened(nodes).start().power_off("lb1").owners == [("lb2",)]
    equal = {
        "lb1": instance(150, unicast(11, 12, 13)),
        "lb2": instance(100, unicast(12, 11, 13)),
        "lb3": instance(100, unicast(13, 11, 12)),
    }
    assert Happened(equal).start().power_off("lb1").owners == [("lb2",), ("lb3",)]


@pytest.mark.parametrize(
    ("weight", "owner"),
    [
        pytest.param(-60, "lb2", id="below the other one: it moves"),
        pytest.param(-50, "lb1", id="equal: it stays"),
        pytest.param(-20, "lb1", id="still above: it stays"),
        pytest.param(60, "lb2", id="a bonus that the healthy one has"),
        pytest.param(50, "lb1", id="a bonus that only makes them equal"),
    ],
)
def test_how_large_a_weight_has_to_be(weight: int, owner: str) -> None:
    nodes = pair(checked(150, weight), checked(100, weight))
    assert Happened(nodes).start().fail("lb1").owners == [(owner,)]


def test_when_all_checks_fail_a_weight_leaves_an_owner_and_weight_0_none() -> None:
    for weight, owners in ((-60, ("lb1",)), (0, ())):
        nodes = pair(checked(150, weight), checked(100, weight))
        assert Happened(nodes).start().fail("lb1", "lb2").owners == [owners]


def test_a_recovered_check_brings_it_back() -> None:
    nodes = pair(checked(150, -60), checked(100, -60))
    failed = Happened(nodes).start().fail("lb1")
    assert failed.owners == [("lb2",)]
    assert failed.recover("lb1").owners == [("lb1",)]


# -- addresses that stay, and what does not come to rest


def test_a_killed_keepalived_leaves_its_address_until_it_is_started_again() -> None:
    killed = Happened(lines()).start().kill("lb1")
    assert (killed.owners, killed.holders) == ([("lb2",)], [("lb1", "lb2")])
    again = killed.start("lb1")
    assert (again.owners, again.holders) == ([("lb1",)], [("lb1",)])


def test_a_machine_without_power_holds_nothing() -> None:
    off = Happened(lines()).start().power_off("lb1")
    assert (off.owners, off.holders) == ([("lb2",)], [("lb2",)])


def test_a_hung_keepalived_is_a_second_owner_until_it_wakes() -> None:
    hung = Happened(lines()).start().hang("lb1")
    assert hung.owners == [("lb1", "lb2")]
    assert hung.wake("lb1").owners == [("lb1",)]


def test_two_that_refuse_each_other_are_both_master() -> None:
    assert Happened(pair(instance(150, vrid=51), instance(100, vrid=52))).start().owners == [("lb1", "lb2")]
    apart = Happened(pair(instance(150), instance(100, advert=2))).start()
    assert (apart.owners, apart.flaps) == ([("lb1", "lb2")], False)


def test_a_third_one_that_is_refused_makes_the_vip_flap() -> None:
    def password(text: str) -> str:
        return f"authentication {{\n auth_type PASS\n auth_pass {text}\n }}"

    nodes = {"lb1": instance(150, password("one")), "lb2": instance(100, password("one"))}
    assert not Happened(nodes).start().flaps
    nodes["lb3"] = instance(50, password("other"))
    assert Happened(nodes).start().flaps
    quiet = {name: "global_defs {\n vrrp_lower_prio_no_advert\n}\n" + text for name, text in nodes.items()}
    assert not Happened(quiet).start().flaps


# -- sync groups


def grouped(priority: int, *, group: bool = True) -> str:
    inside = instance(priority, name="IN", interface="eth1", vrid=52, vips=("198.51.100.10/24",))
    sync = "vrrp_sync_group both {\n group {\n  API\n  IN\n }\n}\n" if group else ""
    return instance(priority) + inside + sync


def test_a_sync_group_moves_as_one_and_without_it_the_vips_part() -> None:
    together = Happened(pair(grouped(150), grouped(100))).start().unplug("lb1", "eth1")
    assert together.owners == [("lb2",)]
    apart = Happened(pair(grouped(150, group=False), grouped(100, group=False))).start().unplug("lb1", "eth1")
    assert apart.owners == [("lb1", "lb2")]
