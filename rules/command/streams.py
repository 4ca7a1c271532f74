"""stdin, stdout and stderr as a shell hands them over: closed, full, or with nobody at the other end.

Whatever the commands print goes through here. A test holds that nothing else writes to the two streams.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rules.command.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


class _Kept:
    """What is written, kept to be written again: (1 for stdout, 2 for stderr; text), until it is too much."""

    def __init__(self, most: int) -> None:
        self.texts: list[tuple[int, str]] | None = []
        self._left = most

    def add(self, stream: int, text: str) -> None:
        """Keep a text, or nothing at all any more if it is too much."""
        self._left -= len(text)
        if self.texts is not None and text:
            self.texts.append((stream, text))
        if self._left < 0:
            self.texts = None


_kept: _Kept | None = None


def keep(most: int) -> None:
    """Keep what is written from now on, up to so many characters."""
    global _kept  # noqa: PLW0603 - the streams are the process's too
    _kept = _Kept(most)


def kept() -> list[tuple[int, str]] | None:
    """What was written since `keep`: 1 for stdout or 2 for stderr, and the text; None if it was too much."""
    return _kept.texts if _kept is not None else None


def settle() -> None:
    """Make the three streams usable; called once, before anything is read or written.

    What was closed (`>&-`) is opened on /dev/null, which also keeps the next file that is opened from becoming stdout.
    What is written there is discarded, and reading raises OSError. Characters that an encoding lacks are escaped.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            with suppress(OSError):
                stream = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open until the end
                setattr(sys, name, stream)
                setattr(sys, f"__{name}__", stream)
    for name in ("stdout", "stderr"):
        reconfigure = getattr(getattr(sys, name), "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def write_results(text: str) -> None:
    """Write to stdout, and see that it arrives.

    Raises UsageError with the reason if it can't be written (a full disk, a terminal that is gone), and
    BrokenPipeError if nobody reads any more, which `guarded` turns into the exit status that the command has for it.
    """
    if _kept is not None:
        _kept.add(1, text)
    try:
        with _patient(sys.stdout):
            sys.stdout.write(text)
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"cannot write to stdout: {(error.strerror or str(error)).lower()}") from error


@contextmanager
def _patient(stream: TextIO) -> Iterator[None]:
    """Wait for a reader that is slow, also where another program has made the pipe or terminal non-blocking.

    Such a setting belongs to all who have the pipe; without this, what does not fit in at once would be lost.
    """
    try:
        descriptor = stream.fileno()
        blocks = os.get_blocking(descriptor)
    except (OSError, AttributeError):  # no descriptor, or Windows
        blocks = True
    if blocks:
        yield
        return
    os.set_blocking(descriptor, True)
    try:
        yield
    finally:
        os.set_blocking(descriptor, False)


def write_notes(text: str) -> None:
    """Write whole lines to stderr. Never fails: where they can't be written, nobody would read why."""
    if _kept is not None:
        _kept.add(2, text)
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


def flush() -> None:
    """Hand over what the two streams still hold, as far as somebody takes it."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):  # a stream that was closed before anything was settled is None
            stream.flush()
