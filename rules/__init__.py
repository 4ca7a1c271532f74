"""The linter: facts in, findings out. These names are what its users need; each folder has more of its own."""

from __future__ import annotations

from rules.faces import lazily

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rules.engine.finding import Finding, NodeFiles, Report, Severity
    from rules.engine.options import Options, options_for
    from rules.engine.registry import Selection, UnknownRuleError, find_rules
    from rules.engine.run import Run, lint
    from rules.engine.secrets import HIDDEN, Secrets
    from rules.engine.settings import RuleSettings
    from rules.faces import lazily
    from rules.release import version

__all__ = [
    "HIDDEN",
    "Finding",
    "NodeFiles",
    "Options",
    "Report",
    "RuleSettings",
    "Run",
    "Secrets",
    "Selection",
    "Severity",
    "UnknownRuleError",
    "find_rules",
    "lazily",
    "lint",
    "options_for",
    "version",
]

__getattr__ = lazily(
    __name__,
    {
        "engine.finding": "Finding NodeFiles Report Severity",
        "engine.options": "Options options_for",
        "engine.registry": "Selection UnknownRuleError find_rules",
        "engine.run": "Run lint",
        "engine.secrets": "HIDDEN Secrets",
        "engine.settings": "RuleSettings",
        "faces": "lazily",
        "release": "version",
    },
)
