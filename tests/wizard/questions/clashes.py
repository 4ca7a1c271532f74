"""Answers that do not go together, one clash at a time."""

from __future__ import annotations

from tests.wizard.questions.sessions import article
from wizard.questions.answers import Answers, Place

PORT, LAYOUT = Place("cluster", 0, "port"), Place("cluster", 0, "layout")
VIP, VIP6 = Place("vip", 0, "address"), Place("vip", 0, "address6")
LB1, LB2 = Place("lb", 0, "address"), Place("lb", 1, "address")
M1, M2, M3 = (Place("control_plane", number, "address") for number in range(3))
HEALTH = Place("haproxy", 0, "health-port")
CLASHES: list[tuple[dict[Place, str], Place, set[Place]]] = [
    ({VIP: "192.168.2.152/24"}, VIP, {M2}),
    ({LB1: "192.168.2.140"}, LB1, {VIP}),
    ({LB1: "192.168.3.141"}, LB1, {VIP, LB2}),
    ({VIP: "192.168.3.140/24"}, VIP, {LB1, LB2}),
    ({LB2: "192.168.2.141"}, LB2, {LB1}),
    ({M3: "192.168.2.151"}, M3, {M1}),
    ({M3: "fd00:2::3"}, M3, {VIP}),
    ({Place("control_plane", 1, "name"): "K8s-Master1"}, Place("control_plane", 1, "name"),
     {Place("control_plane", 0, "name")}),
    ({Place("lb", 1, "name"): "haproxy-lb1"}, Place("lb", 1, "name"), {Place("lb", 0, "name")}),
    ({PORT: "6443", LB1: "192.168.2.151", LB2: "192.168.2.152"}, PORT, {LB1, LB2, M1, M2}),
    (
        {Place("cluster", 0, "phase"): "cutover", PORT: "6443", LB1: "192.168.2.151", LB2: "192.168.2.152"},
        Place("haproxy", 0, "bind"), {PORT, Place("cluster", 0, "phase"), LB1, LB2, M1, M2},
    ),
    ({LAYOUT: "dedicated", LB1: "192.168.2.151", LB2: "192.168.2.152"}, LAYOUT, {LB1, LB2, M1, M2, M3}),
    ({LAYOUT: "stacked"}, LAYOUT, {LB1, LB2, M1, M2, M3}),
    ({LB2: "192.168.2.153"}, LB2, {LB1, M1, M2, M3}),
    ({HEALTH: "6443"}, HEALTH, {PORT, LAYOUT, LB1, LB2, M1, M2, M3}),
    ({PORT: "8405"}, PORT, {HEALTH, LB1, LB2}),
    ({Place("lb", 1, "priority"): "110"}, Place("lb", 1, "priority"), {Place("lb", 0, "priority")}),
    ({Place("vrrp", 0, "advert_int"): "0.5"}, Place("vrrp", 0, "advert_int"), {VIP, VIP6}),
    ({Place("lb", 0, "address6"): "fd00:2::141"}, VIP6, {Place("lb", 0, "address6")}),
    ({Place("lb", 0, "interface"): "e#1"}, Place("lb", 0, "interface"), set()),
]  # fmt: skip
"""What is changed in the article's answers, where the fault stands, and which other answers have a part in it."""
IDS = [f"{number}-{place.name}" for number, (_, place, _) in enumerate(CLASHES)]


def clashing(changes: dict[Place, str], answers: Answers | None = None) -> Answers:
    """The article's answers, or these, with these changes."""
    answers = answers or article()
    for place, text in changes.items():
        answers = answers.put(place, text)
    return answers
