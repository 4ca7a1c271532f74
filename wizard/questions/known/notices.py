"""What a step says about its answers beside what is wrong with them: why a default is what it is, what was put right,
and which answer elsewhere does not go with one of this step. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rules.plan import KeyPath
from wizard.questions.answers import Answers
from wizard.questions.known.derived import LAYOUT, PORT, is_stacked, port_of, shared_ports, why
from wizard.questions.known.mending import Mended, ReadAnswers, read
from wizard.questions.review import label
from wizard.questions.session import Judgement
from wizard.questions.steps import Step


def remark(place: KeyPath, reading: ReadAnswers, mended: Mapping[KeyPath, Mended], answers: Answers) -> str:
    """What there is to say about an answer that is not wrong; "" for nothing."""
    coming = next((one for one in reading.mended if one.place == place), None)
    if coming is not None:
        return f"→ {coming.now}{coming.also}"
    done = mended.get(place)
    if done is not None and answers[place] == done.now:
        return f"✓ {done.words}"
    reason = why(place, answers)
    return f"! {reason}" if reason else ""


def notices(step: Step, answers: Answers, outcome: Judgement, before: Sequence[Mended] = ()) -> tuple[str, ...]:
    """What there is to say about the answers of a step together, a line each; first what was put right `before` it."""
    reading = read(answers)
    lines = [f"✓ {label(one.place, answers)}: {one.words}" for one in before if not step.asks(one.place)]
    taken = shared_ports(reading.values)
    if step.key == "load-balancers" and is_stacked(reading.values) and taken and PORT not in outcome.faults:
        lines.append(_stacked(answers, taken, said=PORT in reading.values))
    if outcome.answers == answers:
        wrong = [path for place, path in outcome.others.items() if step.asks(place) and not step.asks(path)]
        lines += [f"! {label(path, answers)}: {outcome.faults[path]}" for path in dict.fromkeys(wrong)]
    return tuple(lines)


def _stacked(answers: Answers, taken: str, *, said: bool) -> str:
    """That haproxy shares its machines, and what becomes of the endpoint's port; `said`: an answer says it."""
    where = " (F9)" if answers[LAYOUT] else ""
    who = f"stacked{where}: haproxy runs on control-plane nodes, whose API servers have {taken}"
    port = port_of(answers)
    if said or port is None or str(port) in taken.split(" and "):
        return f"- {who}; the endpoint's port is {port or '?'}"
    return f"! {who}, so the endpoint's port is {port}; step DNS changes it"
