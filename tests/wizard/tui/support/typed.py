"""What a user types to get from an empty folder to written files."""

from __future__ import annotations

from tests.wizard.tui.support.pilot import ARTICLE
from wizard.questions.answers import Place

TYPED = [
    ["enter"],
    [ARTICLE[Place("cluster", 0, "endpoint")], "enter", "enter"],
    ["k8s-master1", "enter", "192.168.2.151", "enter"],
    ["192.168.2.152-153", "enter", "enter"],
    ["192.168.2.140/24", "enter", "enter"],
    ["haproxy-lb1", "enter", "192.168.2.141", "enter", "ens160", "enter"],
    ["192.168.2.142", "enter", "enter"],
    ["enter"],
    ["enter"],
]
"""Keys and values from the start to the review, step by step."""
