"""Which releases of a daemon are meant, and which of them are not known here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers.records import NamedTuple

if TYPE_CHECKING:
    from rules.engine.settings import RuleSettings

Version = tuple[int, ...]
KEEPALIVED_KNOWN = "2.0.11", "2.4.3"
"""The oldest and the newest release of keepalived that the keyword table and the rules were made for."""
_LATEST: Version = (1 << 30,)


class Releases(NamedTuple):
    """The releases from `first` up to, and without, `end`. "2.2" means all that start with it, "2.2.7" one."""

    first: Version
    end: Version

    def have(self, release: str) -> bool | None:
        """Whether what came with a release is in those that are meant: None if only in some of them."""
        wanted = version_of(release)
        if self.first >= wanted:
            return True
        return False if self.end <= wanted else None


def version_of(release: str) -> Version:
    """A release ("2.2.7", "3.5-dev5") as three numbers, which can be compared; of a series, its first."""
    major, minor, patch = [*_parts(release), 0, 0][:3]
    return major, minor, patch


def _parts(release: str) -> list[int]:
    return [int(part) for part in release.partition("-")[0].split(".") if part.isdecimal()]


def releases(release: str | None, oldest: str = KEEPALIVED_KNOWN[0]) -> Releases:
    """The releases that a user means by "2.2" or "2.2.7"; by None, all from the oldest known one on."""
    if release is None:
        return Releases(version_of(oldest), _LATEST)
    *stem, last = _parts(release)
    return Releases(version_of(release), (*stem, last + 1))


def unchecked(settings: RuleSettings) -> Iterator[tuple[str, str]]:
    """What is not checked because a release is older or newer than those that are known: the rules, and the reason."""
    if settings.keepalived_version is not None:
        oldest, newest = KEEPALIVED_KNOWN
        yield from _beyond("KA", "keepalived", settings.keepalived_version, oldest, newest)
    if settings.haproxy_version is not None:
        from parsers.keywords.haproxy import haproxy_table

        known = haproxy_table().versions
        yield from _beyond("HA", "haproxy", settings.haproxy_version, known[0], known[-1])


def _beyond(code: str, daemon: str, release: str, oldest: str, newest: str) -> Iterator[tuple[str, str]]:
    meant = releases(release)
    if meant.end <= version_of(oldest):
        what = f"older than {oldest}, the oldest release that halb knows: it is judged like that one"
        yield code, f"{daemon} {release} is {what}, and what that one added or changed is not checked"
    elif meant.first > version_of(newest):
        what = f"newer than {newest}, the newest release that halb knows: it is judged like that one"
        yield code, f"{daemon} {release} is {what}, and what changed since is not checked"
