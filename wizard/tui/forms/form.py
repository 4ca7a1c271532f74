"""A form of fields: where Enter leads, what keeps the user from going on, and the line on top. Pure."""

from __future__ import annotations

from rules.report import printable
from wizard.questions.answers import Answers, Place
from wizard.questions.known.derived import endpoint_of
from wizard.questions.known.mending import unmendable
from wizard.questions.session import field_at, places
from wizard.questions.steps import Step

REQUIRED = "required; Ctrl+N continues without it"
CHOOSE = "choose one with the left or the right arrow; Tab leaves it open"


def following(step: Step, place: Place, answers: Answers) -> Place | None:
    """The place after this one; None for the next step: from an empty field that nothing needed or answered follows."""
    every = places(step, answers)
    rest = every[every.index(place) + 1 :] if place in every else ()
    idle = (field_at(step, other, answers).optional and not answers[other] for other in (place, *rest))
    return None if all(idle) else next(iter(rest), None)


def hindrance(step: Step, place: Place, answers: Answers) -> str:
    """Why Enter does not lead to the next step as long as an answer is as it is; "" if it is fine."""
    text = answers[place]
    if text or step.field_of(place).optional or place not in places(step, answers, needed=True):
        return unmendable(place, text)
    return REQUIRED


def heading(answers: Answers, note: str, width: int) -> str:
    """The line on top: the endpoint at its left, a note at its right."""
    endpoint = printable(endpoint_of(answers))
    room = max(width - len(note) - 1, 1)
    name = f" halb  {endpoint}" if endpoint else " halb"
    return f"{name[: room - 1]:<{room}}{note}"
