"""Old and new keepalived.conf: whether load balancers with one and the other hear each other; what is said if not."""

from __future__ import annotations

import re
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.plan.model import Phase
from tests.examples import times
from tests.wizard.plans import ARTICLE, plans
from wizard.files.hearing import unheard
from wizard.plan.plan import Plan, vrrp_version
from wizard.questions.writing import double_vip, next_steps
from wizard.render.files import render, runbook

NO_PASSWORD = ARTICLE._replace(vrrp=ARTICLE.vrrp._replace(auth_pass=None))
FAST = NO_PASSWORD._replace(vrrp=NO_PASSWORD.vrrp._replace(takeover="fast", advert_int=0.2))


def conf(plan: Plan) -> dict[str, str]:
    rendered = render(plan)
    return {lb.name: rendered[f"{lb.name}/etc/keepalived/keepalived.conf"].text for lb in plan.load_balancers}


def vrrp(**values: Any) -> Plan:
    return ARTICLE._replace(vrrp=ARTICLE.vrrp._replace(**values))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (ARTICLE, NO_PASSWORD, ("no password, where the old one has one",)),
        (NO_PASSWORD, ARTICLE, ("a password, where the old one has none",)),
        (ARTICLE, vrrp(auth_pass="another"), ("another password",)),
        (NO_PASSWORD, FAST, ("VRRPv3 instead of VRRPv2",)),
        (FAST, ARTICLE, ("VRRPv2 instead of VRRPv3",)),
        (ARTICLE, vrrp(virtual_router_id=34), ("virtual router 34 instead of 33",)),
        (ARTICLE, vrrp(advert_int=2.0), ("an advert every 2 s instead of every 1 s",)),
        (ARTICLE, vrrp(mode="multicast"), ("multicast instead of unicast",)),
        (ARTICLE, vrrp(preempt=False), ()),
        (ARTICLE, ARTICLE._replace(vip=ip_interface("192.168.2.139/24")), ()),
        (ARTICLE, ARTICLE._replace(haproxy=ARTICLE.haproxy._replace(balance="source")), ()),
    ],
)
def test_what_keeps_old_and_new_apart_is_named(old: Plan, new: Plan, words: tuple[str, ...]) -> None:
    assert unheard(conf(old), conf(new)) == words
    said = " ".join(double_vip(words, new))
    assert ("both have the VIP" in said) == bool(words)
    text = runbook(new, words).text
    assert ("don't hear each other, and both have the VIP" in " ".join(text.split())) == bool(words)
    order = re.findall(r" sudo sh (\S+)/install\.sh", text)
    told = "\n".join(next_steps(Path("out"), new, render(new), words))
    assert re.findall(r" to (\S+), and run", told) == order
    assert order == (["haproxy-lb1", "haproxy-lb2"] if words else ["haproxy-lb2", "haproxy-lb1"])
    if words:
        assert text.index("systemctl stop keepalived") < text.index("sudo sh")
        assert told.index("stop keepalived on haproxy-lb2") < told.index("install.sh")


def test_a_load_balancer_without_an_old_file_is_none_that_does_not_hear() -> None:
    old = conf(ARTICLE)
    del old["haproxy-lb2"]
    assert unheard(old, conf(NO_PASSWORD)) == ()
    assert unheard({}, conf(ARTICLE)) == ()
    assert unheard({"haproxy-lb1": "vrrp_instance {", "haproxy-lb2": "}"}, conf(ARTICLE)) == ()


@pytest.mark.slow
@settings(max_examples=times(25))
@given(plans(), st.none() | st.sampled_from(["one", "two"]))
def test_any_change_of_the_password_or_the_version_is_told(plan: Plan, password: str | None) -> None:
    if vrrp_version(plan) == 2:
        new = plan._replace(vrrp=plan.vrrp._replace(auth_pass=password))
        assert bool(unheard(conf(plan), conf(new))) == (plan.vrrp.auth_pass != password)
    assert unheard(conf(plan), conf(plan)) == ()


def test_where_the_pair_serves_it_is_said_before_it_happens_too() -> None:
    text = " ".join(runbook(NO_PASSWORD._replace(phase=Phase.CUTOVER)).text.split())
    assert "With another password than what runs there (or one where there was none)" in text
