"""What `default-server` lines add to the servers below them."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.facts.haproxy.options import Option, opposite, options_of, parts_of_words, server_args, unclear
from parsers.haproxy.lines import HaproxyLine


class ServerDefaults:
    """What `default-server` lines have set up to one point of a section, the inherited ones included."""

    __slots__ = ("certain", "options")

    def __init__(self, options: Mapping[str, Option] | None = None, certain: bool = True) -> None:
        self.options: dict[str, Option] = dict(options or {})
        self.certain = certain

    def after(self, line: HaproxyLine, origin: str = "default-server") -> ServerDefaults:
        """The state after one more `default-server` line."""
        words = line.args
        base = words[0].start if words else 0
        parts = parts_of_words(words, base, server=True)
        merged = ServerDefaults(self.options, self.certain and not unclear(parts))
        known = server_args()
        for name, option in options_of(line, parts, base).items():
            if name not in known:  # what haproxy does not know is not inherited
                continue
            forget_opposite(merged.options, name)
            merged.options[name] = option.inherited(origin)
        return merged

    def inherited(self, origin: str) -> ServerDefaults:
        """The same state as a proxy sees it that got it from a `defaults` section."""
        return ServerDefaults({name: option.inherited(origin) for name, option in self.options.items()}, self.certain)


def forget_opposite(options: dict[str, Option], name: str) -> None:
    """Drop what the option called `name` takes back."""
    options.pop(opposite(name), None)
