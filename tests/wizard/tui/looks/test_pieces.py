"""What the widgets show, as text: the picture, the bar, the colours, the suggestions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rules.plan.schema import SCHEMA
from tests.wizard.tui.support.pilot import ARTICLE
from wizard.questions.answers import Answers, Place
from wizard.questions.phase import intro_of
from wizard.questions.session import judge
from wizard.questions.steps import steps
from wizard.tui.forms.machine_rows import accepted, compact, suggestion
from wizard.tui.reading.preview import changed_lines, coloured, content_of
from wizard.tui.widgets.steps_bar import items
from wizard.tui.widgets.topology import WIDTH, draw

LB = next(step for step in steps() if step.key == "load-balancers")
MASTERS = next(step for step in steps() if step.key == "control-plane")
PLACES = st.builds(
    Place,
    st.sampled_from(["cluster", "control_plane", "vip", "lb"]),
    st.integers(0, 8),
    st.sampled_from(["endpoint", "port", "name", "address", "address6", "interface"]),
).filter(lambda place: place.key in SCHEMA[place.table].keys)
ANSWERS = st.dictionaries(PLACES, st.text(max_size=90), max_size=40).map(Answers)


def test_the_picture_of_the_articles_cluster() -> None:
    assert [line.plain for line in draw(Answers(ARTICLE))] == [
        "kube-control.kacangisnuts.com:6443",
        "├─▶ k8s-master1  192.168.2.151  initial master, for now",
        "└╌▶ 192.168.2.140  VIP, after the cutover",
        "     ├─ haproxy-lb1  192.168.2.141  ens160",
        "     └─ haproxy-lb2  192.168.2.142  ens160",
        "          └─▶ k8s-master1 .151 · k8s-master2 .152 · k8s-master3 .153",
    ]


def test_an_open_phase_is_no_initial_master_for_now() -> None:
    answers = Answers({**ARTICLE, Place("lb", 0, "imported"): "lb1/keepalived.conf", Place("cluster", 0, "phase"): ""})
    assert [line.plain for line in draw(answers)][1:3] == [
        "├╌▶ k8s-master1  192.168.2.151  initial master, if bootstrap",
        "└╌▶ 192.168.2.140  VIP, if cutover",
    ]
    for phase, line in (("bootstrap", "initial master, for now"), ("cutover", "192.168.2.140  VIP")):
        assert draw(answers.put(Place("cluster", 0, "phase"), phase))[1].plain.endswith(line)


def test_no_step_says_where_the_name_points_first_once_it_points_to_the_vip() -> None:
    serving = Answers({**ARTICLE, Place("cluster", 0, "phase"): "cutover"})
    told = [intro_of(step, serving) for step in steps()]
    assert not [words for words in told if "first, and to" in words or "until" in words]
    assert [intro_of(step, Answers(ARTICLE)) for step in steps()] == [step.intro for step in steps()]


def test_the_picture_grows_with_the_answers() -> None:
    answers, heights = Answers(), []
    for place, answer in ARTICLE.items():
        answers = answers.put(place, answer)
        heights.append(len(draw(answers)))
    assert draw(Answers()) == []
    assert heights == sorted(heights)


@given(ANSWERS, st.integers(20, WIDTH))
def test_no_line_of_the_picture_is_wider_than_the_screen_or_holds_a_control_character(
    answers: Answers, width: int
) -> None:
    for line in (drawn.plain for drawn in draw(answers, width)):
        assert len(line) <= width
        assert all(ord(c) >= 32 for c in line)


def test_the_bar_fits_80_columns_and_always_shows_where_we_are() -> None:
    outcome = judge(Answers())
    for step in steps():
        for width in (60, 80, 120):
            shown = items(step.key, set(), outcome, width)
            assert shown[-1].end <= width
            assert [item.symbol for item in shown if item.step == step] == ["●"]
    on_the_way = [step.key for step in steps() if not step.aside]
    assert [item.step.key for item in items("dns", set(), outcome, 120)] == on_the_way


def test_the_bar_tells_done_wrong_and_open_steps_apart() -> None:
    outcome = judge(Answers({**ARTICLE, Place("vip", 0, "address"): "nonsense"}))
    visited = {"dns", "initial-master", "vip", "control-plane", "load-balancers"}
    symbols = {item.step.key: item.symbol for item in items("vrrp", visited, outcome, 120)}
    assert symbols["dns"] == symbols["load-balancers"] == "✓"
    assert (symbols["vip"], symbols["vrrp"], symbols["haproxy"]) == ("✗", "●", "○")


def test_the_next_name_counts_up_and_is_nobodys() -> None:
    for before, following in (("lb1", "lb2"), ("lb09", "lb10"), ("a1.b2.c", "a2.b2.c"), ("lb", ""), ("x-9", "x-10")):
        assert suggestion(Place("lb", 1, "name"), Answers({Place("lb", 0, "name"): before})) == following
    for address in ("192.168.2.141", "fd00:2::141"):
        assert suggestion(Place("lb", 1, "name"), Answers({Place("lb", 0, "name"): address})) == ""
    taken = Answers({Place("lb", 0, "name"): "lb1", Place("lb", 2, "name"): "lb2"})
    assert suggestion(Place("lb", 1, "name"), taken) == "lb3"


@given(ANSWERS, PLACES)
def test_a_suggestion_is_never_a_name_that_is_taken(answers: Answers, place: Place) -> None:
    names = {answers[other] for other in answers if (other.table, other.key) == (place.table, "name")}
    if place.key == "name":
        assert suggestion(place, answers) not in names


def test_enter_takes_no_suggestion_in_a_last_row_or_in_a_field_that_was_cleared() -> None:
    answers = Answers(ARTICLE)
    assert accepted(LB, Place("lb", 2, "name"), answers) == answers
    assert accepted(MASTERS, Place("control_plane", 3, "name"), answers) == answers
    cleared = answers.put(Place("lb", 1, "name"), "")
    assert accepted(LB, Place("lb", 1, "name"), cleared) == cleared
    assert accepted(LB, Place("lb", 1, "address"), cleared) == answers


def test_cleared_rows_are_taken_out() -> None:
    answers = Answers(ARTICLE)
    for key in ("name", "address"):
        answers = answers.put(Place("control_plane", 1, key), "")
    assert compact(MASTERS, answers)[Place("control_plane", 1, "name")] == "k8s-master3"
    assert compact(MASTERS, Answers(ARTICLE)) == Answers(ARTICLE)


@given(st.sampled_from(["haproxy.cfg", "keepalived.conf", "install.sh"]), st.text())
def test_colours_change_no_character(path: str, line: str) -> None:
    assert coloured(path, line).plain == line


def test_keywords_comments_numbers_and_mistakes_have_styles_of_their_own() -> None:
    shown = coloured("haproxy.cfg", "backend a\n    server m1 10.0.0.1:6443 check # why\n    sever m2 10.0.0.2\n")
    styles = {shown.plain[span.start : span.end]: str(span.style) for span in shown.spans}
    words = ["backend", "server", "10.0.0.1:6443", "# why", "sever"]
    assert set(styles) == {*words, "10.0.0.2"}
    assert len({styles[word] for word in words}) == len(words)
    assert "underline" in styles["sever"]  # where there are no colours, this is what is left


def test_changed_lines_are_those_that_are_new_or_different() -> None:
    assert changed_lines("a\nb\nc\n", "a\nB\nc\nd\n") == {1, 3}
    assert changed_lines("", "a\n") == set()


def test_passwords_are_masked_in_what_is_shown() -> None:
    text = "vrrp_instance a {\n    authentication {\n        auth_type PASS\n        auth_pass hunter2\n    }\n}\n"
    shown = content_of("lb1/keepalived.conf", text, "").plain
    assert "hunter2" not in shown
    assert "auth_pass *" in shown
    assert len(shown.splitlines()) == 6
