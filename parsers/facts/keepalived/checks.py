"""What an instance can track: vrrp_script, vrrp_track_process, track_file, bfd_instance."""

from __future__ import annotations

from parsers.facts.keepalived.settings import (
    Settings,
    applies,
    extent,
    joined,
    text_value,
    whole_number,
    within,
)
from parsers.facts.values import Value
from parsers.keepalived.scripts import command_of
from parsers.records import cached_property
from parsers.source import Span
from parsers.tree import Directive

_LONGEST = 4294
_INT_MAX = 2**31 - 1


class Named(Settings):
    """A top-level block with a name: raw "" and value None without one."""

    def __init__(self, directive: Directive) -> None:
        super().__init__((directive,))
        self.directive = directive
        words = directive.words
        if len(words) > 1:
            self.name: Value[str] = text_value(words[1], directive)
        else:
            self.name = Value(None, "", directive.span, directive, applies(directive))

    @property
    def span(self) -> Span:
        """The header line."""
        return self.directive.span

    @property
    def certain(self) -> bool:
        """Whether the block applies on every node."""
        return applies(self.directive)

    @property
    def title(self) -> str:
        """The name for messages, "" without one."""
        return self.name.raw

    def weight_value(self, lowest: int, highest: int) -> Value[int] | None:
        """The `weight` line; out of range has no value."""
        return self.integer("weight", lowest, highest)

    @property
    def reverse(self) -> bool:
        """Whether the last `weight` line says `reverse`."""
        line = self.last("weight")
        return line is not None and len(line.words) > 2 and line.words[2].value == "reverse"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.title!r})"


class VrrpScript(Named):
    """A vrrp_script block.

    The values are as written; `effective_...` is what keepalived 2.2.7 runs with.
    """

    @cached_property
    def script(self) -> Value[str] | None:
        """The command: the one word after `script` after shell-like quoting; value None when nothing
        usable is there. The last line counts.
        """
        line = self.last("script")
        if line is None:
            return None
        args = line.args
        certain = applies(line) and not getattr(line, "unknown", False)
        command = command_of(line).line if certain else None
        return Value(command, joined(args), extent(args, line.span), line, certain)

    @property
    def argv(self) -> list[str]:
        """The command and its arguments as the daemon runs them; empty when unknown."""
        line = self.last("script")
        return command_of(line).argv if line is not None and self.script is not None and self.script.known else []

    @property
    def interval(self) -> Value[float] | None:
        """Seconds between runs."""
        return self.decimal("interval", 0, _LONGEST)

    @property
    def timeout(self) -> Value[float] | None:
        """Seconds until a run counts as failed."""
        return self.decimal("timeout", 0, _LONGEST)

    @property
    def weight(self) -> Value[int] | None:
        """The `weight` line. The daemon reports a value beyond 253 but uses it, so it is kept."""
        return self.integer("weight")

    @property
    def rise(self) -> Value[int] | None:
        """Successes in a row until the script counts as good."""
        return self.integer("rise", 1, _INT_MAX)

    @property
    def fall(self) -> Value[int] | None:
        """Failures in a row until the script counts as bad."""
        return self.integer("fall", 1, _INT_MAX)

    @property
    def user(self) -> Value[str] | None:
        """The user the script runs as."""
        return self.get("user")

    def _seconds(self, keyword: str, default: float) -> float | None:
        value, certain = self.effective(keyword, lambda text: within(whole_number(text), 0, _LONGEST), int(default))
        return float(max(value, 1)) if certain else None

    @property
    def effective_interval(self) -> float | None:
        """Seconds between runs in 2.2.7: whole, at least 1; default 1; an invalid line is ignored."""
        return self._seconds("interval", 1)

    @property
    def effective_timeout(self) -> float | None:
        """Seconds until a run is stopped; the interval unless set."""
        interval = self.effective_interval
        return None if interval is None else self._seconds("timeout", interval)

    @property
    def effective_weight(self) -> int | None:
        """The weight unless a track line says otherwise; default 0."""
        value, certain = self.effective("weight", whole_number, 0, 0)
        return value if certain else None

    @property
    def effective_rise(self) -> int | None:
        """Successes in a row; 1 by default and for an invalid value."""
        value, certain = self.effective("rise", lambda text: within(whole_number(text), 1, _INT_MAX), 1, 1)
        return value if certain else None

    @property
    def effective_fall(self) -> int | None:
        """Failures in a row; 1 by default and for an invalid value."""
        value, certain = self.effective("fall", lambda text: within(whole_number(text), 1, _INT_MAX), 1, 1)
        return value if certain else None


class TrackProcess(Named):
    """A vrrp_track_process block."""

    @cached_property
    def process(self) -> Value[str] | None:
        """Path or name of the process; the first line counts."""
        lines = self.lines("process")
        if not lines:
            return None
        words = lines[0].words
        if len(words) < 2:
            return Value(None, "", lines[0].span, lines[0], applies(lines[0]))
        return text_value(words[1], lines[0])

    @property
    def argv(self) -> list[str]:
        """The process and the parameters that must match."""
        lines = self.lines("process")
        return [word.value for word in lines[0].args] if lines else []

    @property
    def weight(self) -> Value[int] | None:
        """The `weight` line, -254 to 254."""
        return self.weight_value(-254, 254)

    @property
    def delay(self) -> Value[float] | None:
        """Seconds until a change counts."""
        return self.decimal("delay", 0.000001, 3600)

    @property
    def full_command(self) -> Value[bool] | None:
        """Whether the whole command line is compared."""
        return self.flag("full_command")

    @property
    def param_match(self) -> Value[str] | None:
        """How parameters are compared: "" (exactly), "initial", "partial"."""
        return self.get("param_match")

    @property
    def never_matches(self) -> bool:
        """Whether it is a path that keepalived compares with names of processes, which have no slash (measured)."""
        known = self.process is not None and self.process.certain and bool(self.argv)
        return known and self.argv[0].startswith("/") and self.full_command is None and self.param_match is None

    @property
    def effective_weight(self) -> int | None:
        """The weight unless a track line says otherwise; default 0."""
        value, certain = self.effective("weight", lambda text: within(whole_number(text), -254, 254), 0)
        return value if certain else None


class TrackFile(Named):
    """A track_file (or vrrp_track_file) block."""

    @property
    def file(self) -> Value[str] | None:
        """The file whose number counts."""
        return self.get("file")

    @property
    def weight(self) -> Value[int] | None:
        """The `weight` line, -254 to 254."""
        return self.weight_value(-254, 254)

    @property
    def effective_weight(self) -> int | None:
        """The multiplier unless a track line says otherwise; default 1."""
        value, certain = self.effective("weight", lambda text: within(whole_number(text), -254, 254), 1)
        return value if certain else None


class BfdInstance(Named):
    """A bfd_instance block."""

    @property
    def neighbor(self) -> Value[str] | None:
        """The neighbor's address as text."""
        return self.get("neighbor_ip") or self.get("neighbour_ip")

    @property
    def weight(self) -> Value[int] | None:
        """The `weight` line, -253 to 253."""
        return self.weight_value(-253, 253)

    @property
    def effective_weight(self) -> int | None:
        """The weight unless a track line says otherwise; default 0."""
        value, certain = self.effective("weight", lambda text: within(whole_number(text), -253, 253), 0)
        return value if certain else None


Trackable = VrrpScript | TrackProcess | TrackFile | BfdInstance
