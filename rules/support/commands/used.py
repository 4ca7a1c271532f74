"""The commands of a keepalived.conf: checks and notify scripts, with where they are written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from parsers.keepalived.scripts import Command, command_of
from parsers.records import NamedTuple
from parsers.source import Span
from rules.support.commands.meaning import CommandMeaning, meaning_of
from rules.support.commands.users import Runner, runner_of
from rules.support.keepalived.lines import places
from rules.support.keepalived.placeholders import placeholder

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpScript
    from parsers.tree import Directive


class UsedCommand(NamedTuple):
    """A command, where it is, and what it means. `script`: its vrrp_script, None for what keepalived runs itself
    (`notify_master` and the like).
    """

    line: Directive
    command: Command
    meaning: CommandMeaning
    script: VrrpScript | None
    config: KeepalivedConfig

    @property
    def keyword(self) -> str:
        """`script`, `notify_master`, ..."""
        return self.line.keyword

    @property
    def text(self) -> str:
        """The command as keepalived takes it."""
        return self.command.line or ""

    @property
    def span(self) -> Span:
        """The words after the keyword."""
        args = self.line.args
        return Span(args[0].source, args[0].start, args[-1].end) if args else self.line.span

    @property
    def title(self) -> str:
        """What messages call it: `vrrp_script 'check'`, `notify_master`."""
        return f"vrrp_script '{self.script.title}'" if self.script is not None else self.keyword

    @property
    def runner(self) -> Runner:
        """Who runs it."""
        if self.script is None and self.command.extra:
            return Runner(self.command.extra[0], self.line)
        return runner_of(self.config, self.script.user if self.script is not None else None)


@lru_cache(maxsize=4)  # several rules look at the same file in turn
def commands_of(config: KeepalivedConfig) -> Sequence[UsedCommand]:
    """The commands that are known for certain, in file order; of several lines in a vrrp_script the last."""
    scripts = {
        id(line): script for script in config.scripts if script.certain and (line := script.last("script")) is not None
    }
    found = []
    for place in places(config.document):
        keyword, line = place.keyword, place.line
        if keyword is None or keyword.kind != "script" or not line.args or not _is_certain(line):
            continue
        script = scripts.get(id(line))
        if keyword.name == "script" and script is None:
            continue
        command = command_of(line)
        if command.line is None or placeholder(command.line, command=True):
            continue
        timeout = script.effective_timeout if script is not None else None
        found.append(UsedCommand(line, command, meaning_of(command.argv, timeout), script, config))
    return tuple(found)


def command_of_script(config: KeepalivedConfig, script: VrrpScript) -> UsedCommand | None:
    """The command of a vrrp_script, if it is known."""
    return next((used for used in commands_of(config) if used.script is script), None)


def checks_in(config: KeepalivedConfig) -> list[UsedCommand]:
    """The commands of vrrp_script blocks."""
    return [used for used in commands_of(config) if used.script is not None]


def _is_certain(line: Directive) -> bool:
    node: Directive | None = line
    while node is not None:
        if node.condition is not None:
            return False
        node = node.parent
    return not getattr(line, "unknown", False)
