"""What is wrong with a plan, said of the key that it is about."""

from __future__ import annotations

from rules.plan.model import KeyPath
from rules.plan.schema import SCHEMA
from rules.plan.types.readers import about


class PlanError(Exception):
    """A plan can't be used as it is. The text is one sentence that says where and what to write.

    `path` is the key that it is about, `reason` the text that stands beside it in a form; `other` is a second key that
    has a part in it. `machine` names the machine of a list; a `text` of its own stands for the usual one.
    """

    def __init__(
        self, path: KeyPath, reason: str, machine: str = "", *, text: str = "", other: KeyPath | None = None
    ) -> None:
        where = f"[[{path.table}]]" if SCHEMA[path.table].many else f"[{path.table}]"
        super().__init__(text or f"{where}{f' {machine}' if machine else ''} {about(path.key, reason)}")
        self.path = path
        self.reason = reason
        self.other = other

    @property
    def key(self) -> str:
        """The key without the machine: "vip.address", "lb.interface"; "lb" for all load balancers together."""
        return self.path.name
