"""The virtual routers that were heard: which VRIDs are taken, and which is free."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rules.live.machine.observed import Advert
from rules.text.wording import listed

_LAST = 255  # RFC 5798 section 5.2.3
_USUAL = (51, 1)  # what examples have, so what other people's routers have


def free_vrid(taken: Collection[int], near: int) -> int:
    """A VRID that is not taken: the next one above `near`, from 1 again after 255; `near` itself if all are taken."""
    order = [*range(near + 1, _LAST + 1), *range(1, near)]
    return next((vrid for vrid in order if vrid not in taken and vrid not in _USUAL), near)


def heard_words(adverts: Iterable[Advert]) -> list[str]:
    """Each interface's routers, as `on ens160: VRID 51 (192.0.2.1), VRID 60 (192.0.2.2)`."""
    found: dict[str, dict[int, dict[object, None]]] = {}
    for advert in adverts:
        found.setdefault(advert.interface, {}).setdefault(advert.vrid, {})[advert.source] = None
    return [
        f"on {interface}: {', '.join(f'VRID {vrid} ({listed(sources)})' for vrid, sources in routers.items())}"
        for interface, routers in found.items()
    ]
