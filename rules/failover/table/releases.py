"""The rows of a block where the release decides: every release that is meant is computed, and differences are said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rules.failover.table.block import BlockTable
from rules.failover.table.rows import Row
from rules.failover.table.verdicts import Outcome, worst_of
from rules.failover.vrrp.variants import Variant, variants
from rules.support.keepalived.releases import CHANGED
from rules.text.wording import listed

if TYPE_CHECKING:
    from rules.failover.model import Router
    from rules.support.keepalived.releases import Behaviour


class ByRelease:
    """A block with all releases that are meant. `own`: those of `routers` that have the VIP."""

    def __init__(self, routers: Sequence[Router], own: Sequence[Router], meant: Sequence[Behaviour]) -> None:
        self._places = [next(i for i, router in enumerate(routers) if router is each) for each in own]
        self._variants = variants(routers, meant)

    def rows(self, *, pairs: bool = True) -> Iterator[Row]:
        """The rows, with the outcomes of every release, and of every machine that may have a copied address."""
        tables = [
            BlockTable(v.routers, [v.routers[place] for place in self._places]).rows(pairs=pairs)
            for v in self._variants
        ]
        if len(tables) == 1:
            yield from tables[0]
            return
        for rows in zip(*tables, strict=True):
            yield _merged(self._variants, rows)

    def notes(self) -> Iterator[str]:
        """What was left open and computed both ways."""
        if len({variant.behaviour for variant in self._variants}) > 1:
            yield (
                f"keepalived {CHANGED} changed what happens here, and both ways are in the table: name the release on "
                "the nodes with --keepalived-version"
            )
        homeless = {frozenset(r.node for r in variant.routers if r.homeless) for variant in self._variants}
        if len(homeless) > 1:
            yield "several nodes send from one address: the table has every way in which one of them has it"


def _merged(found: Sequence[Variant], rows: Sequence[Row]) -> Row:
    """One row from the rows of all variants."""
    outcomes: dict[tuple[object, ...], Outcome] = {}
    for outcome in (outcome for row in rows for outcome in row.outcomes):
        key = outcome.before, outcome.owners, outcome.holders, outcome.verdict, outcome.flaps
        known = outcomes.setdefault(key, outcome)
        if known.outage is not None and outcome.outage is not None:
            outcomes[key] = known._replace(outage=known.outage.hull(outcome.outage))
    worst = worst_of(tuple(outcomes.values()))
    ordered = sorted(outcomes.values(), key=lambda outcome: outcome is not worst)
    worst_row = worst_of(tuple(row.worst for row in rows))
    blamed = next(row for row in rows if row.worst is worst_row)
    return Row(rows[0].events, tuple(ordered), lambda _: _why(found, rows), lambda _: blamed.cause)


def _why(found: Sequence[Variant], rows: Sequence[Row]) -> str:
    """The sentence of the worst row for each behaviour; one sentence if it is the same for all."""
    by_name: dict[str, list[Row]] = {}
    for variant, row in zip(found, rows, strict=True):
        by_name.setdefault(variant.behaviour.name, []).append(row)
    told = {}
    for name, same in by_name.items():
        worst = worst_of(tuple(row.worst for row in same))
        others = dict.fromkeys(row.worst.owners for row in same if row.worst.owners != worst.owners)
        told[name] = next(row.why for row in same if row.worst is worst)
        if others:
            instead = listed((listed(owners) if owners else "no node" for owners in others), "or")
            told[name] += f"; {instead} instead, if another node has the address that several send from"
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return "; ".join(f"{name}, {why}" for name, why in told.items())
