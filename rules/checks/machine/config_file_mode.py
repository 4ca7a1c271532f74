"""HO013: a configuration with a password that every user of this machine can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.source import Source, Span
    from rules.live.views.machine import MachineView

_OTHERS_READ = 0o004


@rule("HO013", "config-file-mode", Severity.WARNING, Scope.MACHINE, needs=("files",))
def check(view: MachineView) -> Iterator[Hit]:
    """A configuration file of this machine holds a password and can be read by every user.

    Why it hurts: `auth_pass`, a password of the statistics page or of a userlist is for whoever logs in, and for every
    program that was broken into.

    How to fix: `chmod 0640`. Both daemons read their files as root.

    Silent when: there is no password in the file, users can't pass a folder above it, or the files of the run are not
    the machine's own and the file in /etc does not exist.
    """
    modes = {config.path: config for config in view.seen.configs}
    for daemon in ("keepalived", "haproxy"):
        for source, secrets in _with_secrets(view, daemon):
            path = source.path if view.seen.local else view.config(daemon)
            config = modes.get(path)
            if config is not None and secrets and config.reachable and config.mode & _OTHERS_READ:
                yield Hit(
                    secrets[0],
                    f"'{path}' holds a password and can be read by every user of this machine (mode {config.mode:04o})",
                    help=f"'chmod 0640 {path}'",
                )


def _with_secrets(view: MachineView, daemon: str) -> Iterator[tuple[Source, list[Span]]]:
    """The files of a daemon, each with the places of its secrets."""
    node = view.node
    if daemon == "keepalived":
        spans = list(node.keepalived.document.secrets) if node.keepalived else []
        sources = list(node.keepalived.document.sources) if node.keepalived else []
    else:
        documents = node.haproxy.documents if node.haproxy else ()
        spans = [span for document in documents for span in document.secrets]
        sources = [document.source for document in documents]
    for source in sources:
        yield source, [span for span in spans if span.source is source]
