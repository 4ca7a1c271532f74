"""The phase of a cluster whose files were imported: nothing in them tells it, so it is asked, or found in DNS."""

from __future__ import annotations

from rules.plan import Phase
from wizard.questions.answers import Answers, Place
from wizard.questions.steps import Step

PLACE = Place("cluster", 0, "phase")
QUESTION = "Does the cluster's DNS name lead to the VIP already?"
_YES = "Yes, to the VIP: the load balancers are in use (phase cutover)"
_NO = "No, to the first control-plane node (phase bootstrap)"
_ASK_DNS = "I don't know: DNS is asked as soon as the name is typed"
_LATER = "I don't know: answer it before files are written (F9)"
_CHOICES = (Phase.CUTOVER, Phase.BOOTSTRAP)


def intro_of(step: Step, answers: Answers) -> str:
    """The sentence or two about a step, as they are in the phase that the answers say."""
    return step.later if step.later and answers[PLACE] == Phase.CUTOVER else step.intro


def is_open(answers: Answers) -> bool:
    """Whether the phase has to be found out: load balancers were imported, and nobody has said it."""
    imported = any(answers[Place("lb", number, "imported")] for number in range(answers.count("lb")))
    return imported and not answers[PLACE]


def choices(*, offline: bool) -> tuple[str, ...]:
    """The answers to choose from; with `offline` nobody asks DNS."""
    return (_YES, _NO, _LATER if offline else _ASK_DNS)


def chosen(answers: Answers, number: int | None) -> Answers:
    """The answers with the choice of this number; the last one, and None, leave the phase open."""
    return answers if number is None or number >= len(_CHOICES) else found(answers, _CHOICES[number])


def found(answers: Answers, phase: Phase) -> Answers:
    """The answers with the phase, if it is still open."""
    return answers.put(PLACE, str(phase)) if is_open(answers) else answers
