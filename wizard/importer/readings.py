"""What the nodes' files say about the keys of one table, collected until all nodes are read."""

from __future__ import annotations

from typing import Any

from wizard.importer.agreement import Agreement, Reading
from wizard.importer.ledger import Ledger


class Readings:
    """The readings of one table of halb.toml, by key, with the ledger that keeps account of the lines."""

    def __init__(self, ledger: Ledger, agreement: Agreement) -> None:
        self.ledger = ledger
        self.agreement = agreement
        self.by_key: dict[str, list[Reading[Any]]] = {}

    def add(self, key: str, found: Reading[Any] | None) -> None:
        """One more place that says something about a key; None adds nothing."""
        if found is not None:
            self.by_key.setdefault(key, []).append(found)
