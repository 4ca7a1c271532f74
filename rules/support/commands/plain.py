"""Whether the commands of a file are worth a closer look: most only name script files, and that is seen quickly."""

from __future__ import annotations

from functools import lru_cache
from string import ascii_letters, digits
from typing import TYPE_CHECKING

from rules.support.keepalived.lines import places

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance
    from parsers.tree import Directive

# No program of the system, whose name says what it does, and no name that speaks of starting or stopping something.
_FOLDERS = ("/etc/", "/usr/local/", "/opt/", "/srv/")
_SPEAKING = ("start", "stop", "kill", "down")
_OF_PATHS = frozenset(f"{ascii_letters}{digits}_./@+-")


@lru_cache(maxsize=4)  # a dozen rules ask in turn
def only_files(config: KeepalivedConfig) -> bool:
    """Whether every command is the path of a script file and nothing else: it is all that can be said of them."""
    return all(
        _is_file(place.line)
        for place in places(config.document)
        if (keyword := place.keyword) is not None and keyword.kind == "script"
    )


def files_check_all(config: KeepalivedConfig) -> bool:
    """Whether every instance tracks such a file: it may check haproxy, and nothing more is known of it."""
    return only_files(config) and not config.sync_groups and all(_has_script(config, i) for i in config.instances)


def _is_file(line: Directive) -> bool:
    args = line.args
    if len(args) != 1:
        return False
    path = args[0].value
    return path.startswith(_FOLDERS) and not any(word in path for word in _SPEAKING) and not set(path) - _OF_PATHS


def _has_script(config: KeepalivedConfig, instance: VrrpInstance) -> bool:
    scripts = {script.title for script in config.scripts}
    found = (t for t in instance.trackers if t.kind == "script" and t.certain and not t.lost and t.name in scripts)
    return any((item := config.definition(t)) is not None and config.defined_before(item, instance) for t in found)
