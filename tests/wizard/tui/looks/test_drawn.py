"""The picture of the cluster holds right answers alone: none that is wrong by itself or beside the others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.wizard.tui.support.pilot import ARTICLE
from wizard.questions.answers import Answers, Place
from wizard.questions.known.derived import usual_text
from wizard.questions.session import judge
from wizard.tui.widgets.topology import draw

VIP, PORT, ENDPOINT = Place("vip", 0, "address"), Place("cluster", 0, "port"), Place("cluster", 0, "endpoint")
WIDE = 400
HEALTH = usual_text(Place("haproxy", 0, "health-port"), {})
DRAWN = [
    *(Place("control_plane", number, key) for number in range(3) for key in ("name", "address")),
    *(Place("lb", number, key) for number in range(2) for key in ("name", "address", "interface")),
    *(VIP, Place("vip", 0, "address6"), ENDPOINT, PORT),
    *(Place("haproxy", 0, "health-port"), Place("haproxy", 0, "bind"), Place("cluster", 0, "layout")),
]
TEXTS = [
    "192.168.2.140", "192.168.2.140/24", "192.168.2.141", "192.168.2.142", "192.168.2.151", "192.168.2.153", "10.0.0.9",
    "192.168.2.255", "192.168.2.1400", "fd00:2::140/64", "k8s-master1", "haproxy-lb1", "haproxy-lb2", "halb.toml",
    "ens160", "eth{0}", "a b", "kube.example.com", "https://kube.example.com:6443", "6443", "8443", "8080", "vip",
    "stacked", "dedicated", "",
]  # fmt: skip
ANSWERS = st.dictionaries(st.sampled_from(DRAWN), st.sampled_from(TEXTS), max_size=5).map(
    lambda changed: Answers({**ARTICLE, **changed})
)


def _right(answers: Answers) -> dict[Place, str]:
    """The answers that are right, or can be taken for right ones, as they are judged; addresses as they are shown."""
    faults = judge(answers).faults
    right = {place: answers[place] for place in answers if place not in faults}
    return {place: text.partition("/")[0] if place.key == "address" else text for place, text in right.items()}


@settings(max_examples=times(150))
@given(ANSWERS)
def test_nothing_that_is_judged_wrong_is_drawn(answers: Answers) -> None:
    lines = [line.plain for line in draw(answers, WIDE)]
    right = _right(answers)
    assert lines[0].startswith("(no name yet)") == (ENDPOINT not in right)
    if PORT in answers and PORT not in right and ENDPOINT in right:
        assert lines[0].endswith(":?")
    rows = [line[8:] for line in lines if line.startswith(("     ├─ ", "     └─ "))]
    wanted = []
    for number in range(2):
        keys = [right.get(Place("lb", number, key), "") for key in ("name", "address", "interface")]
        wanted += ["  ".join(filter(None, (keys[0] or "?", *keys[1:])))] if any(keys) else []
    assert rows == wanted
    (vip,) = (line for line in lines if ", after the cutover" in line)
    shown = vip.removeprefix("└╌▶ ").partition("  VIP")[0].split()
    given = [right.get(VIP, ""), right.get(Place("vip", 0, "address6"), "")]
    assert (shown if shown != ["(no", "address", "yet)"] else []) == [text.partition("/")[0] for text in given if text]
    first = [right.get(Place("control_plane", 0, key), "") for key in ("name", "address")]
    assert lines[1][4:].removesuffix("  initial master, for now") == "  ".join(
        filter(None, (first[0] or "?", first[1]))
    )
    names = " ".join(lines[-1].replace("·", " ").split())
    for number in range(3):
        at = Place("control_plane", number, "name")
        assert at not in right or right[at] in names


@pytest.mark.parametrize(
    ("place", "text", "gone"),
    [
        (VIP, "192.168.2.151/24", "192.168.2.151  VIP"),
        (Place("lb", 1, "address"), "192.168.2.140", "haproxy-lb2  192.168.2.140"),
        (Place("lb", 1, "address"), "10.9.9.9", "10.9.9.9"),
        (Place("lb", 1, "name"), "haproxy-lb1", "─ haproxy-lb1  192.168.2.142"),
        (Place("lb", 1, "interface"), "eth{0}", "eth{0}"),
        (PORT, HEALTH, f":{HEALTH}"),
    ],
)
def test_an_answer_that_clashes_is_left_out_until_it_is_right(place: Place, text: str, gone: str) -> None:
    clashing = Answers(ARTICLE).put(place, text)
    assert judge(clashing).faults
    assert gone not in "\n".join(line.plain for line in draw(clashing, WIDE))


def test_a_first_master_of_which_nothing_is_right_leaves_its_place_to_no_other() -> None:
    bad = {Place("control_plane", 0, "name"): "a b", Place("control_plane", 0, "address"): "nowhere"}
    lines = [line.plain for line in draw(Answers({**ARTICLE, **bad}), WIDE)]
    assert lines[1] == "├─▶ ?  initial master, for now"
    assert lines[-1].strip().removeprefix("└─▶ ") == "? · k8s-master2 .152 · k8s-master3 .153"
