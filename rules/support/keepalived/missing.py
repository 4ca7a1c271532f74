"""Settings that blocks of keepalived.conf lack, and intervals that depend on the VRRP version.

Measured with 2.2.7, and instances without an interface with 2.3.3 too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Severity
from rules.support.keepalived.gaps import blocks_in_doubt, can_tell_what_is_missing
from rules.support.keepalived.placeholders import placeholder
from rules.support.keepalived.values import Wrong

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, VrrpInstance
    from parsers.source import Span
    from parsers.tree import Directive

_LONGEST_V3 = 40.95  # seconds: 12 bits of centiseconds in the packet (RFC 5798, section 5.2.7)
# Blocks that keepalived skips if they have no name, or more than one word; the others make it exit.
_SKIPPED = ("vrrp_instance", "vrrp_sync_group", "track_group")
_NAMED = (*_SKIPPED, "vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file", "bfd_instance")


def wrong_names(config: KeepalivedConfig) -> Iterator[Wrong]:
    """Blocks without a name, or with more than one."""
    for keyword in _NAMED:
        for block in config.blocks(keyword):
            if block.condition is not None:
                continue
            args = block.args
            if not args:
                skips = keyword in _SKIPPED
                outcome = "keepalived skips the whole block" if skips else "keepalived exits with status 2"
                yield Wrong(block.words[0].span, f"'{keyword}' has no name: {outcome}", f"write '{keyword} NAME {{'")
            elif len(args) > 1 and keyword in _SKIPPED and not any(word.dynamic for word in args):
                name = "_".join(word.value for word in args)
                yield Wrong(
                    args[1].span,
                    f"'{keyword}' takes one name but has {len(args)} words: keepalived skips the whole block",
                    f"write '{keyword} {name} {{', or put the name in double quotes",
                    fix=partial(_one_name, block, name),
                )


def _one_name(block: Directive, name: str) -> Fix | None:
    args = block.args
    plain = name.replace("_", "").replace("-", "").isalnum()
    return Fix.write(args[0].span.to(args[-1].span), name, safe=False) if plain else None


def wrong_intervals(config: KeepalivedConfig) -> Iterator[Wrong]:
    """advert_int values that are valid numbers but that the version can't send."""
    for instance in config.instances:
        value, version = instance.advert_int, instance.effective_version
        if value is None or value.value is None or version is None:
            continue
        seconds, used = value.value, instance.effective_advert_int
        if used is None or abs(seconds - used) < 1e-9:
            continue
        if version == 3 and seconds > _LONGEST_V3:  # KA061 reports what is too long
            continue
        if version == 2:
            why, fix = (
                "VRRP version 2 allows whole seconds only",
                "write whole seconds, or use 'version 3' on all nodes",
            )
        else:
            why, fix = "VRRP version 3 allows steps of 0.01 s", "write at most two decimal places"
        yield Wrong(
            value.span,
            f"'advert_int {value.raw}': {why}, keepalived uses {used:g} s",
            fix,
            Severity.WARNING,
            partial(Fix.write, value.span, f"{used:g}", f"write 'advert_int {used:g}'") if version == 3 else None,
        )


def _name_span(block: Directive) -> Span:
    return block.words[1].span if len(block.words) > 1 else block.words[0].span


def missing_settings(config: KeepalivedConfig, release: str | None) -> Iterator[Wrong]:
    """Blocks without a line that keepalived needs: it ignores them, or does not run."""
    if not can_tell_what_is_missing(config):
        return
    doubtful = blocks_in_doubt(config)
    for instance in config.instances:
        if instance.certain and instance.directive not in doubtful:
            yield from _missing_in_instance(instance, release)
    yield from _missing_commands(config, doubtful)
    for process in config.processes:
        if process.certain and process.process is None and process.directive not in doubtful:
            yield _lacks(process.directive, "process", "keepalived removes it", "process haproxy")
    for file in config.track_files:
        if file.certain and file.file is None and file.directive not in doubtful:
            yield _lacks(file.directive, "file", "keepalived ignores it", "file /run/check")
    for bfd in config.bfds:
        if bfd.certain and bfd.neighbor is None and bfd.directive not in doubtful:
            yield _lacks(bfd.directive, "neighbor_ip", "keepalived disables it", "neighbor_ip ADDRESS")


def _missing_commands(config: KeepalivedConfig, doubtful: set[Directive]) -> Iterator[Wrong]:
    for script in config.scripts:
        if not script.certain or script.directive in doubtful:
            continue
        command = script.script
        if command is None or (command.certain and command.value is None):
            span = _name_span(script.directive) if command is None else command.directive.span
            yield Wrong(
                span,
                f"vrrp_script '{script.title}' has no command: keepalived removes it, and what tracks it runs without "
                "the check",
                "add 'script \"/path/to/check\"' to the block",
            )


def _lacks(block: Directive, keyword: str, outcome: str, example: str) -> Wrong:
    title = f"{block.keyword} '{block.words[1].value}'" if len(block.words) > 1 else block.keyword
    return Wrong(_name_span(block), f"{title} has no '{keyword}': {outcome}", f"add '{example}' to the block")


def _missing_in_instance(instance: VrrpInstance, release: str | None) -> Iterator[Wrong]:
    name = instance.name
    if name is None or placeholder(name.raw):
        return
    if not instance.lines("virtual_router_id"):
        yield _lacks(instance.directive, "virtual_router_id", "keepalived exits with status 2", "virtual_router_id N")
    if instance.lines("interface"):
        return
    from rules.support.keepalived.releases import WITHOUT_INTERFACE
    from rules.support.releases import releases

    optional = instance.unicast_src_ip is not None and instance.unicast_peers
    runs = releases(release).have(WITHOUT_INTERFACE) if optional else False
    bare = next((vip for vip in (*instance.vips, *instance.excluded_vips) if vip.dev is None), None)
    if runs:
        if bare is not None:
            yield _lacks(instance.directive, "interface", f"keepalived removes '{bare.raw}'", "interface eth0")
    elif runs is None:
        removed = "" if bare is None else f", later ones remove '{bare.raw}'"
        yield Wrong(
            name.span,
            f"vrrp_instance '{instance.title}' has no 'interface', which is optional with unicast only since release "
            f"{WITHOUT_INTERFACE}: older releases exit with status 2{removed}",
            "add 'interface NAME' to the block",
            Severity.WARNING if bare is None else None,
        )
    else:
        yield _lacks(instance.directive, "interface", "keepalived exits with status 2", "interface eth0")
