"""KA045: half an authentication block."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.keywords.keepalived import keyword_of
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.tree import Directive


def _unknown_lines(instance: Directive) -> bool:
    """Whether an authentication block has an unknown keyword: most likely a misspelling of the missing one."""
    return any(
        keyword_of(line) is None for block in instance.find_all("authentication") for line in block.children or ()
    )


@rule("KA045", "auth-pass-without-type", Severity.ERROR, Scope.KEEPALIVED, words=("auth_",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """An `authentication` block has `auth_pass` without `auth_type`, or the type without the password.

    Why it hurts: keepalived then uses no authentication at all; `keepalived -t` does not report a missing type
    (measured with 2.2.7). If the other node has both, each rejects the other's adverts, and both hold the VIP.

    How to fix: write both, the same on all nodes: `auth_type PASS` and `auth_pass` with up to 8 characters. Or
    remove the block on all nodes.

    Silent when: both are there, or neither; VRRP version 3, which has no authentication; a line of the block is unknown
    or conditional.
    """
    for instance in config.instances:
        kind, password = instance.auth_type, instance.auth_pass
        if password is not None and password.value == "" and password.directive.args:
            password = None
        if (
            (kind is None) == (password is None)
            or instance.effective_version == 3
            or _unknown_lines(instance.directive)
        ):
            continue
        found = kind or password
        assert found is not None
        if found.directive.condition is not None:
            continue
        name = instance.title
        if kind is None:
            yield Hit(
                found.directive.words[0].span,
                f"auth_pass of vrrp_instance '{name}' has no effect without auth_type: no authentication is used",
                help="add 'auth_type PASS' to the block, on all nodes",
                note="no auth_type in this block",
                fix=partial(Fix.add, "above", found.directive.span, "auth_type PASS", safe=False),
            )
        else:
            yield Hit(
                found.span,
                f"vrrp_instance '{name}' has auth_type '{found.raw}' but no auth_pass: no authentication is used",
                help="add 'auth_pass' with up to 8 characters, the same on all nodes, or remove the block on "
                "all of them",
                note="no auth_pass in this block",
            )
