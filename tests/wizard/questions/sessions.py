"""Answers as a user leaves them: the article's, and any."""

from __future__ import annotations

from hypothesis import strategies as st

from rules.plan.schema import SCHEMA
from tests.wizard.plans import ARTICLE
from wizard.questions.answers import Answers, Place
from wizard.questions.steps import steps

ASKED = [Place(field.table, step.first, field.key) for step in steps() for field in step.fields]
texts = st.text(max_size=12) | st.sampled_from(
    ["6443", "true", "0.5", "192.168.2.140/24", "kube.example.com", '"', "\n"]
)
answer_sets = st.dictionaries(
    st.builds(
        lambda place, more: place._replace(number=place.number + more) if SCHEMA[place.table].many else place,
        st.sampled_from(ASKED),
        st.integers(0, 2),
    ),
    texts.filter(bool),
    max_size=12,
).map(Answers)


def article() -> Answers:
    """The article's cluster as one types it, everything else left to the defaults."""
    answers = Answers().put(Place("cluster", 0, "endpoint"), ARTICLE.endpoint)
    answers = answers.put(Place("vip", 0, "address"), str(ARTICLE.vip))
    for number, node in enumerate(ARTICLE.control_plane):
        answers = answers.put(Place("control_plane", number, "name"), node.name)
        answers = answers.put(Place("control_plane", number, "address"), str(node.address))
    for number, lb in enumerate(ARTICLE.load_balancers):
        for key in ("name", "address", "interface"):
            answers = answers.put(Place("lb", number, key), str(getattr(lb, key)))
    return answers
