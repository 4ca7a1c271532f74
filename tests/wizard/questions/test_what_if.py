"""What happens if something fails, in the words of the wizard."""

from __future__ import annotations

from screenshots.steps import answers_up_to
from wizard.questions.answers import Answers, Place
from wizard.questions.session import judge
from wizard.questions.what_if import CHOICES, OutcomeLine, explained, lines_of_files, otherwise

PREEMPT, TRACK = CHOICES


def article(**changed: str) -> Answers:
    """The article's cluster, with some answers of [vrrp] changed."""
    answers = Answers(answers_up_to("write"))
    for key, value in changed.items():
        answers = answers.put(Place("vrrp", 0, key), value)
    return answers


def shown(answers: Answers) -> dict[str, tuple[str, str, str]]:
    lines = lines_of_files(judge(answers).files).lines
    return {line.event: (line.symbol, line.change, line.outage) for line in lines}


def line(answers: Answers, event: str) -> OutcomeLine:
    return next(line for line in lines_of_files(judge(answers).files).lines if line.event == event)


def test_a_pair_by_default() -> None:
    assert shown(article()) == {
        "haproxy dies on lb1": ("✓", "lb1 → lb2", "0.9-1.0 s"),
        "lb1 loses power": ("✓", "lb1 → lb2", "2.6-3.6 s"),
        "lb1 loses its link": ("✓", "lb1 → lb2", "2.6-3.6 s"),
        "keepalived stops on lb1": ("✓", "lb1 → lb2", "0.6-0.7 s"),
        "keepalived crashes on lb1": ("~", "lb1 → lb1 + lb2", "2.6-3.6 s"),
        "anything on lb2 fails": ("=", "lb1", "none"),
        "lb1 can't hear lb2": ("~", "lb1 → lb1 + lb2", "2.6-3.6 s"),
        "haproxy dies on both": ("~", "lb1 → no node", "until repaired"),
    }


def test_with_the_script_alone_the_vip_stays_when_all_fail() -> None:
    found = shown(article(track="script"))
    assert found["haproxy dies on both"] == ("=", "lb1", "until repaired")
    assert found["haproxy dies on lb1"] == ("✓", "lb1 → lb2", "4.6-7.6 s")


def test_the_other_choice_is_that_of_the_answer_asked_for() -> None:
    other = otherwise(article(), TRACK)
    assert other is not None
    assert (other.chosen, other.other) == ("process", "script")
    assert other.lines == lines_of_files(judge(article(track="script")).files)
    back = otherwise(article(track="script"), TRACK)
    assert back is not None
    assert (back.chosen, back.other) == ("script", "process")
    assert otherwise(article(), Place("vrrp", 0, "virtual_router_id")) is None
    assert otherwise(article(), None) is None


def test_a_vip_that_stays_where_it_is_may_be_anywhere() -> None:
    found = shown(article(preempt="false"))
    assert "anything on lb2 fails" in found or "haproxy dies on lb2" in found
    assert found["haproxy dies on both"][0] == "~"


def test_without_files_there_are_no_lines() -> None:
    assert lines_of_files(judge(Answers()).files).lines == ()


def test_an_explanation_says_why_and_what_to_do() -> None:
    text = explained(line(article(), "keepalived crashes on lb1"))
    assert "haproxy-lb1" in text
    assert "has systemd start it again after a second" in text
    pods = article(track="script").put(Place("haproxy", 0, "run"), "static-pod")
    assert "A drop-in for its unit with Restart=on-failure" in explained(line(pods, "keepalived crashes on lb1"))
    both = explained(line(article(), "haproxy dies on both"))
    assert "'Watch haproxy by' script" in both
    assert "until repaired" in both


def test_of_three_machines_the_names_are_short_and_a_bad_subset_is_named() -> None:
    answers = article()
    for key, value in {"name": "haproxy-lb3", "address": "192.168.2.143", "interface": "ens160"}.items():
        answers = answers.put(Place("lb", 2, key), value)
    found = shown(answers)
    assert found["haproxy dies on all"][1] == "lb1 → no node"
    assert found["lb1 loses power"][1] == "lb1 → lb2"
    assert not [event for event in found if event.startswith("haproxy dies on lb1 and")]
