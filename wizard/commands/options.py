"""What each command of `halb-wizard` was asked to do: its command line, checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.command import CONFIG_NAME

if TYPE_CHECKING:
    from rules.live import NameServer


class OpenArguments(NamedTuple):
    """The interactive wizard: the folder to write to, and whom it may ask.

    `resolvers` None stands for this machine's; nothing is asked when `offline`.
    """

    directory: Path = Path()
    offline: bool = False
    resolvers: tuple[NameServer, ...] | None = None


class ImportArguments(NamedTuple):
    """`import`, checked as far as no file is needed. `output` None is stdout; `endpoint` and `vip` are as typed.

    `live`: DNS is asked for the phase, unless it is given; `resolvers` None stands for this machine's.
    """

    paths: tuple[str, ...]
    output: Path | None = Path(CONFIG_NAME)
    endpoint: str | None = None
    vip: tuple[str, ...] = ()
    force: bool = False
    phase: str | None = None
    live: bool = False
    resolvers: tuple[NameServer, ...] | None = None
    timeout: float = 3.0


class RenderArguments(NamedTuple):
    """`render`: the halb.toml, the folder to write to, and how; `take_over` are sections, as typed.

    `endpoint`: those that serve the endpoint are taken over too, without being named. `plan_only`: halb.toml alone.
    """

    path: Path
    directory: Path
    diff: bool = False
    force: bool = False
    merge: bool = False
    take_over: tuple[str, ...] = ()
    endpoint: bool = False
    plan_only: bool = False


class RehearseArguments(NamedTuple):
    """`rehearse`: a halb.toml, its folder, or the folders of load balancers; which events, and how they are shown.

    `events` are words that choose, as typed (none: every single event); `jobs` the clusters that run side by side;
    `root` the folder with the system whose daemons run; `report` a folder for everything that was seen.
    """

    paths: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    pairs: bool = False
    runs: int = 1
    jobs: int = 4
    format: str = "text"
    color: bool = False
    report: Path | None = None
    haproxy: str = "haproxy"
    keepalived: str = "keepalived"
    root: Path = Path("/")


class Message(NamedTuple):
    """A text to print instead of doing anything: a help, or the version."""

    text: str
