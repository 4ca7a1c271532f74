"""PA014: a file about the cluster that is not YAML."""

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
    """A file about the cluster (for kubeadm, k0s, RKE2, K3s or Talos, or a manifest) is not YAML.

    Why it hurts: the program that reads it refuses the file as a whole. halb-lint has checked only the YAML documents
    before the mistake. A key that is given twice in one mapping is a warning: YAML forbids it, and readers differ in
    what they do about it.

    How to fix: correct the line, or the one before it: most often it is the indentation, a tab, a missing `:` or `-`,
    or a quote that does not end.

    Silent when: the file has placeholders of a template; nothing of it is checked then. Files of more than half a
    million characters, with more than a thousand aliases or a hundred levels are not read, which is reported here too.
    """
    return problem_hits(document, "invalid-yaml")
