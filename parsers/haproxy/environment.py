"""The variables that `setenv` and friends in `global` set for the lines below them."""

from __future__ import annotations

from parsers.tree import Word


class Environment:
    """What is known of the environment at one point of the file: `setenv` and friends in `global`.

    A name that is not known at all may still be set where haproxy runs.
    """

    __slots__ = ("known",)

    def __init__(self, known: dict[str, str | None] | None = None) -> None:
        self.known: dict[str, str | None] = dict(known or {})

    def apply(self, words: list[Word], certain: bool) -> None:
        """Apply a `setenv`, `presetenv`, `unsetenv` or `resetenv` line; an uncertain one only forgets."""
        keyword, args = words[0].value, words[1:]
        if keyword == "resetenv":
            self.known.clear()
        elif keyword == "unsetenv":
            for word in args:
                self._set(word.value, None, certain and not word.dynamic)
        elif args and not (keyword == "presetenv" and self.known.get(args[0].value) is not None):
            value = args[1].value if len(args) > 1 else ""
            self._set(args[0].value, value, certain and not any(word.dynamic for word in args))

    def _set(self, name: str, value: str | None, certain: bool) -> None:
        if certain:
            self.known[name] = value
        else:
            self.known.pop(name, None)
