"""A value with its place, and the small readers that turn a word into one."""

from __future__ import annotations

from typing import Generic, TypeVar

from parsers.source import Span
from parsers.tree import Directive

T = TypeVar("T")


class Value(Generic[T]):
    """One setting as the file has it.

    `value` is None when the text is not what the setting wants (`raw` keeps the text) or when
    it cannot be known (`certain` is false: a variable, a placeholder, a condition).
    `origin` names where an inherited value was set ("defaults", "defaults k8s", "default-server"),
    or is None when the setting is in the place that was asked.
    """

    __slots__ = ("certain", "directive", "origin", "raw", "span", "value")

    def __init__(
        self,
        value: T | None,
        raw: str,
        span: Span,
        directive: Directive,
        certain: bool = True,
        origin: str | None = None,
    ) -> None:
        self.value = value
        self.raw = raw
        self.span = span
        self.directive = directive
        self.certain = certain
        self.origin = origin

    @property
    def known(self) -> bool:
        """Whether the value was understood and does not depend on anything outside the files."""
        return self.certain and self.value is not None

    def inherited(self, origin: str) -> Value[T]:
        """The same value, marked as coming from `origin`."""
        return Value(self.value, self.raw, self.span, self.directive, self.certain, origin)

    def __repr__(self) -> str:
        return f"Value({self.value!r}, raw={self.raw!r}, line {self.span.line})"
