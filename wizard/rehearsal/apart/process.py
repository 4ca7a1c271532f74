"""The program that plays a rehearsal, started and heard: the wizard's side."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from wizard.rehearsal.apart.messages import MODULE, Ended, Finished, Message, Order, Refused, read_message, written

_PACKAGE = Path(__file__).resolve().parents[3]
_PATIENCE = 30.0  # seconds for removing everything
_LONGEST = 16 * 1024 * 1024  # bytes of a line: the last one has the whole report


class Apart:
    """A rehearsal in a process of its own."""

    def __init__(self, files: Mapping[str, tuple[str, int]], width: int, events: Sequence[str] = ()) -> None:
        """`files`: text and mode by path, halb.toml among them; `width` is the report's, in columns; `events` are words
        that choose, as those of `halb-wizard rehearse --events` (none: every single event).
        """
        self._order = written(Order(dict(files), width, tuple(events))).encode()
        self._process: Process | None = None

    def end(self) -> None:
        """Let it end; `messages` goes on until everything is removed."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    async def messages(self) -> AsyncGenerator[Message]:
        """Play; gives what it says, last Finished, Refused or Ended. Closed earlier, it ends all the same."""
        environment = {**os.environ, "PYTHONPATH": str(_PACKAGE)}
        # A session of its own: the terminal's signals are the wizard's, whose end closes this one's stdin.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", MODULE,
            stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, cwd="/", start_new_session=True, limit=_LONGEST,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process, last = process, None
        said = asyncio.create_task(process.stderr.read())
        try:
            process.stdin.write(self._order)
            with suppress(ConnectionError):
                await process.stdin.drain()
            async for line in process.stdout:
                if (message := read_message(line)) is not None:
                    last = message
                    yield message
            if not isinstance(last, Finished | Refused | Ended):
                words = (await said).decode(errors="replace").strip().splitlines()
                yield Refused((f"the rehearsal ended unexpectedly: {words[-1] if words else 'it says nothing'}",))
        finally:
            self.end()
            await asyncio.shield(_ended(process, said))


async def _ended(process: Process, said: asyncio.Task[bytes]) -> None:
    """Wait until it has ended, and so removed everything."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.terminate()
    said.cancel()
