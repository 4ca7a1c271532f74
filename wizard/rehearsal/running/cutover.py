"""The endpoint's name while it moves: a name server on the clients' machine, and clients that connect by name."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from wizard.rehearsal.errors import RehearsalError
from wizard.rehearsal.lab.machine import end
from wizard.rehearsal.programs.api import NAME_SERVER
from wizard.rehearsal.record import Followed, Sample
from wizard.rehearsal.staging.names import PlayedName

Start = Callable[..., "subprocess.Popen[bytes]"]
"""Starts one of the programs on the clients' machine: its name, and its arguments."""


class Cutover:
    """The name of a cluster, from the first connection by name to the last one."""

    def __init__(self, name: PlayedName, start: Start) -> None:
        """The name leads to the initial master."""
        self.name = name
        self.samples: list[Sample] = []
        self._start = start
        self._server = start("names", NAME_SERVER, name.name, str(name.ttl), str(name.initial))
        if self._server.stdout is None or self._server.stdout.readline() != b"ready\n":
            raise RehearsalError(f"no name server can listen at {NAME_SERVER} on the clients' machine")
        self.clients: subprocess.Popen[bytes] | None = None

    def connect(self, certificate: str) -> subprocess.Popen[bytes]:
        """Let clients connect by name; gives their process, whose lines are to be kept in `samples`."""
        kind = "A" if self.name.initial.version == 4 else "AAAA"
        where = f"{kind}:{self.name.name}"
        self.clients = self._start("clients", certificate, self.name.name, where, str(self.name.port), "1")
        return self.clients

    def move(self) -> None:
        """Let the record lead to the VIP."""
        assert self._server.stdin is not None
        self._server.stdin.write(f"{self.name.vip}\n".encode())
        self._server.stdin.flush()

    def has_followed(self, since: float) -> bool:
        """Whether a connection that began later was answered by the VIP."""
        return any(s.at >= since and not s.why and s.to == str(self.name.vip) for s in self.samples[-20:])

    def followed(self, since: float) -> Followed:
        """How the clients followed a move at a time."""
        inside = [sample for sample in self.samples if sample.at >= since]
        old = [sample.at - since for sample in inside if sample.to == str(self.name.initial)]
        failed = [sample for sample in inside if sample.why]
        return Followed(
            ttl=self.name.ttl,
            kept=max(old, default=0.0),
            asked=len(inside),
            failed=len(failed),
            why=failed[0].why if failed else "",
            came=any(sample.to == str(self.name.vip) for sample in inside),
        )

    def close(self) -> None:
        """End the clients, and the name server."""
        for process in (self.clients, self._server):
            if process is not None and process.poll() is None:
                end(process)
