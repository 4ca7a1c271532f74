"""What ends a run before its end, with one line on stderr. On its own, as it is loaded before anything else is."""

from __future__ import annotations


class UsageError(Exception):
    """What was asked for can't be done: the command line is invalid, or a file or stdout can't be read or written.

    The text is one line for stderr; the exit status is 2.
    """
