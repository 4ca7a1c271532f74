"""What is wrong with a plan, said of the key that it is about."""

from __future__ import annotations

from collections.abc import Iterable

from rules.plan.model import KeyPath
from rules.plan.schema import SCHEMA
from rules.plan.types.readers import about


class PlanError(Exception):
    """A plan can't be used as it is. The text is one sentence that says where and what to write.

    `path` is the key that has to change, `reason` the text that stands beside it in a form, in the words of a form;
    `others` are the keys that have a part in it. `proposal` is what to write there, as one types it, where one value
    is likelier than all others. `machine` names the machine of a list. `in_file` is the reason in the words of
    halb.toml where those of a form don't fit; a `text` of its own stands for the whole sentence.
    """

    def __init__(
        self,
        path: KeyPath,
        reason: str,
        machine: str = "",
        *,
        text: str = "",
        in_file: str = "",
        others: Iterable[KeyPath] = (),
        proposal: str = "",
    ) -> None:
        where = f"[[{path.table}]]" if SCHEMA[path.table].many else f"[{path.table}]"
        super().__init__(text or f"{where}{f' {machine}' if machine else ''} {about(path.key, in_file or reason)}")
        self.path = path
        self.reason = reason
        self.others = tuple(others)
        self.proposal = proposal

    @property
    def key(self) -> str:
        """The key without the machine: "vip.address", "lb.interface"; "lb" for all load balancers together."""
        return self.path.name
