"""The keys of `[lint]`: what halb-lint looks at."""

from __future__ import annotations

from collections.abc import Mapping

from rules.plan.record import Record, key
from rules.plan.types.readers import release, severities, strings, strings_by_glob

_CODES = strings('["KA", "XN002"]')


class LintChoice(Record):
    """The linter's own choices."""

    select: tuple[str, ...] = key(
        "lint.select",
        _CODES,
        "the rules to run: codes, names or prefixes",
        default=(),
        label="Rules to run",
        examples=("KA, XN002",),
    )
    ignore: tuple[str, ...] = key(
        "lint.ignore",
        _CODES,
        "the rules to leave out",
        default=(),
        label="Rules to leave out",
        help="codes, names or prefixes",
        examples=("KA012",),
    )
    per_file_ignores: Mapping[str, tuple[str, ...]] = key(
        "lint.per-file-ignores",
        strings_by_glob,
        "the rules to leave out, by a pattern of file names",
        default={},
        label="Left out by file",
        examples=("old/* = KA, XN002",),
    )
    haproxy_version: str | None = key(
        "lint.haproxy-version",
        release,
        "the release of haproxy to lint for",
        default=None,
        label="haproxy release",
        examples=("2.8",),
    )
    keepalived_version: str | None = key(
        "lint.keepalived-version",
        release,
        "the release of keepalived to lint for",
        default=None,
        label="keepalived release",
        examples=("2.2.7",),
    )
    severity: Mapping[str, str] = key(
        "lint.severity",
        severities,
        "the severity of rules, instead of their own, by code, name or prefix",
        default={},
        label="Severities",
        examples=("KA012 = info",),
    )
