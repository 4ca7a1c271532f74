"""PA014: a kubeadm configuration that is not YAML."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.problems import problem_hits

if TYPE_CHECKING:
    from parsers.tree import Document


@rule("PA014", "invalid-yaml", Severity.ERROR, Scope.PARSE)
def check(document: Document) -> Iterable[Hit]:
    """The configuration of kubeadm is not YAML.

    Why it hurts: kubeadm refuses the file as a whole. halb-lint has checked only the YAML documents before the mistake.

    How to fix: correct the line, or the one before it: most often it is the indentation, a tab, a missing `:` or `-`,
    or a quote that does not end.

    Silent when: the file has placeholders of a template; nothing of it is checked then. Files of more than half a
    million characters, with more than a thousand aliases or a hundred levels are not read, which is reported here too.
    """
    return problem_hits(document, "invalid-yaml")
