"""What `a` does in the list of what is missing, wrong or found: an answer that ends it, or why there is none."""

from __future__ import annotations

import pytest

from tests.wizard.tui.support.pilot import ARTICLE
from wizard.questions.answers import Answers, Place
from wizard.questions.known.remedies import remedy
from wizard.questions.review import Item, items
from wizard.questions.session import Judgement, judge

VIP, ENDPOINT = Place("vip", 0, "address"), Place("cluster", 0, "endpoint")
BALANCE, IDLE = Place("haproxy", 0, "balance"), Place("haproxy", 0, "timeout-client")


def judged(**changes: str) -> Judgement:
    names = {
        "vip": VIP,
        "endpoint": ENDPOINT,
        "balance": BALANCE,
        "idle": IDLE,
        "secret": Place("vrrp", 0, "auth_pass"),
    }
    return judge(Answers({**ARTICLE, **{names[name]: text for name, text in changes.items()}}))


def item_at(outcome: Judgement, place: Place) -> Item:
    return next(item for item in items(outcome, {}) if item.place == place)


def found(outcome: Judgement, code: str) -> Item:
    return next(item for item in items(outcome, {}) if item.finding is not None and item.finding.code == code)


@pytest.mark.parametrize(
    ("name", "place", "wrong", "right"),
    [
        ("vip", VIP, "192.168.2.140/33", "192.168.2.140/24"),
        ("endpoint", ENDPOINT, "kube_control.example.com", "kube-control.example.com"),
        ("idle", IDLE, "5", "5s"),
    ],
)
def test_what_is_proposed_for_a_wrong_answer_ends_it(name: str, place: Place, wrong: str, right: str) -> None:
    outcome = judged(**{name: wrong})
    end = remedy(item_at(outcome, place), outcome)
    assert (end.place, end.text, end.why) == (place, right, "")
    assert not judge(outcome.answers.put(place, right)).faults


def test_the_fix_of_a_finding_is_the_answer_that_its_line_comes_from() -> None:
    outcome = judged(balance="source")
    end = remedy(found(outcome, "HA020"), outcome)
    assert (end.place, end.text) == (BALANCE, "leastconn")
    after = judge(outcome.answers.put(BALANCE, end.text)).report
    assert after is not None
    assert all(finding.code != "HA020" for finding in after.findings)


def test_a_fix_that_no_answer_can_say_is_left_to_a_person_with_the_reason() -> None:
    outcome = judged(idle="5s")
    end = remedy(found(outcome, "HA004"), outcome)
    assert end.place is None
    assert "halb-lint --fix" in end.why


def test_what_only_the_user_knows_is_not_answered() -> None:
    outcome = judge(Answers({place: text for place, text in ARTICLE.items() if place != ENDPOINT}))
    end = remedy(item_at(outcome, ENDPOINT), outcome)
    assert end.place is None
    assert "only you know" in end.why
    outcome = judged(secret="a password that is too long")
    end = remedy(item_at(outcome, Place("vrrp", 0, "auth_pass")), outcome)
    assert end.place is None
    assert "nothing is certain" in end.why
