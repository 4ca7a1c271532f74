"""Whether load balancers with the new keepalived.conf hear those with the old one; where they don't, both have the VIP.

It is so from the first installation to the last one: measured with keepalived 2.2.7 for one file with a password and
one without ("received a 1 auth, expecting 0!", and the VIP on both).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from parsers.source import Source
from wizard.files.origins import origins_of
from wizard.files.survey import Files, PlannedFile, look

if TYPE_CHECKING:
    from rules.failover import Router
    from wizard.files.origins import ImportedFile
    from wizard.plan.plan import Plan

_NAME = "keepalived.conf"
_UNAUTHENTICATED = "none"


def unheard(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    """Why, in words, a load balancer with its new keepalived.conf and another one with its old one don't hear each
    other; () where they do, or that can't be told. Texts by the load balancers' names.
    """
    if all(old[name] == new[name] for name in old.keys() & new.keys()):
        return ()
    before, after = ([router for router in _routers(texts) if router.node in old] for texts in (old, new))
    found: dict[str, None] = {}
    for was in before:
        for now in after:
            if was.node != now.node and was.family == now.family and was.vips & now.vips:
                found |= dict.fromkeys(_differences(was, now))
    return tuple(found)


def unheard_places(places: Iterable[PlannedFile]) -> tuple[str, ...]:
    """The same for files that are to be written, beside those that are there or were imported."""
    old: dict[str, str] = {}
    new: dict[str, str] = {}
    for place in places:
        if PurePath(place.path).name == _NAME and place.base is not None:
            name = place.path.partition("/")[0]
            old[name], new[name] = (Source.from_bytes(place.path, data).text for data in (place.base, place.new))
    return unheard(old, new)


def unheard_in(directory: Path, files: Files, origins: Mapping[str, ImportedFile]) -> tuple[str, ...]:
    """The same for files below a folder; reads the disk. Raises StoreError for files that can't be read."""
    return unheard_places(look(directory, files, origins))


def unheard_imported(plan: Plan, directory: Path, files: Files) -> tuple[str, ...]:
    """The same for the imported files alone, which stay as they are when halb's are written; reads the disk."""
    old: dict[str, str] = {}
    new: dict[str, str] = {}
    for path, origin in origins_of(plan, directory).files.items():
        if PurePath(path).name == _NAME and path in files and origin.path != Path(os.path.normpath(directory / path)):
            name = path.partition("/")[0]
            old[name], new[name] = Source.from_bytes(path, origin.data).text, files[path][0]
    return unheard(old, new)


def with_runbook(files: Files, plan: Plan, directory: Path) -> dict[str, tuple[str, int]]:
    """The rendered files with a RUNBOOK.md that knows what the load balancers were imported from; reads these."""
    from wizard.render.files import RUNBOOK_FILE, runbook

    unheard = unheard_imported(plan, directory, files)
    told = {RUNBOOK_FILE: (runbook(plan, unheard).text, files[RUNBOOK_FILE][1])} if unheard else {}
    return {**files, **told}


def _routers(texts: Mapping[str, str]) -> Iterator[Router]:
    """The virtual routers of some load balancers, as if all were in one network."""
    from rules import NodeFiles, Run, options_for
    from rules.failover import read_routers

    paths = {name: f"{name}/{_NAME}" for name in texts}
    nodes = [NodeFiles(name, (), (path,)) for name, path in paths.items()]
    fleet = Run({paths[name]: text for name, text in texts.items()}, options_for(None, nodes, config_ids={})).fleet
    return (router for router in read_routers(fleet).routers.values() if not router.refused)


def _differences(was: Router, now: Router) -> Iterator[str]:
    """What keepalived compares in an advert before it believes it (RFC 3768, section 7.1), and how it is sent."""
    if was.vrid != now.vrid:
        yield f"virtual router {now.vrid} instead of {was.vrid}"
    if was.version != now.version:
        yield f"VRRPv{now.version} instead of VRRPv{was.version}"
    elif now.version == 2 and was.authentication != now.authentication:
        yield _authentication(was.authentication[0], now.authentication[0])
    if was.version == now.version == 2 and was.advert != now.advert:
        yield f"an advert every {now.advert:g} s instead of every {was.advert:g} s"
    if was.unicast is not now.unicast:
        yield "unicast instead of multicast" if now.unicast else "multicast instead of unicast"


def _authentication(was: str, now: str) -> str:
    if now == _UNAUTHENTICATED:
        return "no password, where the old one has one"
    if was == _UNAUTHENTICATED:
        return "a password, where the old one has none"
    return "another password" if was == now else f"a password (PASS) instead of {was}"
