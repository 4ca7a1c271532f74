"""KA061: adverts so far apart that a dead node keeps the VIP for half a minute or more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import seconds

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig

_TOO_LONG = 30.0  # seconds without a VIP when its node dies
_MEANT_AS_MILLISECONDS = 100.0


@rule("KA061", "advert-int-too-long", Severity.WARNING, Scope.KEEPALIVED)
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """`advert_int` is so long that nobody has the VIP for half a minute when a node dies.

    Why it hurts: the unit is seconds. A backup takes over after it has missed three adverts, or as many as
    `down_timer_adverts` says, so `advert_int 100`, meant as 100 ms, is an outage of five minutes. VRRP version 3 has
    room for 40.95 s, which keepalived uses for anything longer (measured with 2.2.7).

    How to fix: write `advert_int 1`, the default, on all nodes. Less than a second needs `version 3`, on all nodes too:
    100 ms are `advert_int 0.1`.

    Silent when: the interval depends on a variable or a condition; it is longer than 255, which keepalived refuses
    (KA048); or three adverts take no longer than 30 s.
    """
    for instance in config.instances:
        written, used = instance.advert_int, instance.effective_advert_int
        if written is None or not written.known or used is None:
            continue
        outage = used * instance.effective_down_timer_adverts
        if outage <= _TOO_LONG:
            continue
        capped = f", of which keepalived uses {used:g}" if written.value is not None and used < written.value else ""
        help_text = "write 'advert_int 1' on all nodes"
        if written.value is not None and written.value >= _MEANT_AS_MILLISECONDS:
            help_text += f"; if milliseconds were meant, 'advert_int {written.value / 1000:g}' with 'version 3'"
        yield Hit(
            written.span,
            f"'advert_int {written.raw}' of vrrp_instance '{instance.title}' is in seconds{capped}: when the node with "
            f"the VIP dies, nobody has it for about {seconds(round(outage))}",
            help=help_text,
            note="seconds, not milliseconds",
            fix=partial(Fix.write, written.span, "1", "write 'advert_int 1'", safe=False),
        )
