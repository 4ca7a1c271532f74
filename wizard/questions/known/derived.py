"""What follows from the answers before there is a plan: what an empty answer stands for, and why; the endpoint.

Every screen that shows such a value takes it from here, and the plan has the same ones (`rules.plan.usual_value`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.plan import API_PORT, KeyPath, count, text_of, usual_value, written
from wizard.questions.answers import Answers
from wizard.questions.known.mending import read

ENDPOINT, PORT, LAYOUT = (KeyPath("cluster", 0, key) for key in ("endpoint", "port", "layout"))

Values = Mapping[KeyPath, Any]


def usual_text(place: KeyPath, values: Values) -> str:
    """What an empty answer stands for, as one types it; "" for nothing, and where it is not known yet."""
    value = usual_value(place, values)
    return "" if value in (None, ()) else text_of(written(value))


def port_of(answers: Answers) -> int | None:
    """The endpoint's port as the plan has it, said or not; None where what is said is no port."""
    values = read(answers).values
    port = values.get(PORT)
    if port is None and not answers[PORT]:
        port = usual_value(PORT, values)
    return port if isinstance(port, int) else None


def endpoint_of(answers: Answers) -> str:
    """`NAME:PORT` as clients will use it, as far as it is known; "" without a name."""
    reading = read(answers)
    name = reading.right[ENDPOINT]
    port = reading.values.get(PORT, None if reading.right[PORT] else usual_value(PORT, reading.values))
    return f"{name}:{'?' if port is None else port}" if name else ""


def is_stacked(values: Values) -> bool:
    """Whether the load balancers are control-plane nodes, said or by their addresses."""
    layout = values.get(LAYOUT)
    return bool((usual_value(LAYOUT, values) if layout is None else layout) == "stacked")


def shared_ports(values: Values) -> str:
    """The ports of the API servers that share a machine with haproxy, as words; "" where none does."""
    lbs = {values.get(KeyPath("lb", number, "address")) for number in range(count(values, "lb"))} - {None}
    nodes = (KeyPath("control_plane", number, "port") for number in range(count(values, "control_plane")))
    ports = {values.get(at, API_PORT) for at in nodes if values.get(at._replace(key="address")) in lbs}
    return " and ".join(map(str, sorted(ports)))


def why(place: KeyPath, answers: Answers) -> str:
    """Why an empty answer stands for something else than one expects; "" where it does not."""
    if place != PORT or answers[PORT]:
        return ""
    values = read(answers).values
    port, taken = usual_value(PORT, values), shared_ports(values)
    if PORT in values or port == API_PORT or not is_stacked(values) or not taken:
        return ""
    return f"{port}, as haproxy shares its machines with API servers, which have {taken}"


def settled(answers: Answers) -> Answers:
    """The answers of a cluster that is in use already, as they are gone on with.

    Its endpoint's port is said, so that no other answer moves it; a layout that follows from the addresses is not, so
    that it goes on following.
    """
    reading = read(answers)
    values = reading.values
    if answers[LAYOUT] and values.get(LAYOUT) == usual_value(LAYOUT, values):
        answers = answers.put(LAYOUT, "")
    port = usual_value(PORT, values)
    if answers[ENDPOINT] and not reading.right[PORT] and port is not None:
        answers = answers.put(PORT, str(port))
    return answers
