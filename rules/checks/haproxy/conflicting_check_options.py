"""HA009: of several check options only the last one counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig


@rule("HA009", "conflicting-check-options", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig) -> Iterator[Hit]:
    """A section has two different check options, of which only the last one counts.

    Why it hurts: haproxy drops the earlier one without a word (measured with 2.6.12). `option ssl-hello-chk`
    below `option httpchk` is the classic from old guides: the HTTP check is gone, and a server whose TLS still
    answers, even with an alert, stays UP.

    How to fix: keep one. For the Kubernetes API: `option httpchk` with `http-check connect ssl`, and `GET
    /readyz` sent by `http-check send`.

    Silent when: both lines choose the same check, or one of them depends on a condition; and for an option that
    replaces one of the `defaults` section, which is what it is for.
    """
    for proxy in (*config.defaults, *config.proxies):
        options = [option for option in proxy.check_options if option.certain]
        if len(options) < 2 or options[-1].value == options[0].value:
            continue
        last = options[-1]
        lost = [option for option in options[:-1] if option.value != last.value]
        yield Hit(
            last.span,
            f"'option {last.raw}' replaces 'option {lost[-1].raw}' of the same section ({proxy.label}): only the last "
            "check option counts",
            help=f"remove 'option {last.raw}' or 'option {lost[-1].raw}'",
            note="this one counts",
            related=[(option.span, "this one is lost") for option in lost],
            severity=Severity.ERROR if any(option.value == "httpchk" for option in lost) else Severity.WARNING,
        )
