"""The `.if` blocks of one file: which lines apply, which do not, which only haproxy itself can tell."""

from __future__ import annotations

from collections.abc import Callable

from parsers.grammar.haproxy_conditions import Outcome, evaluate
from parsers.source import Span
from parsers.tree import Directive, Problem

MAX_NESTING = 99  # haproxy refuses the hundredth '.if' inside another

_MESSAGES = (".notice", ".warning", ".alert", ".diag")


class _Block:
    __slots__ = ("branch", "directive", "else_seen", "first", "outer", "outer_masked", "taken", "text")

    def __init__(self, directive: Directive, text: str, outcome: Outcome) -> None:
        self.directive = directive
        self.first = self.text = text
        self.branch: Outcome = outcome
        self.taken: Outcome = outcome
        self.else_seen = False
        self.outer: str | None = None
        self.outer_masked = False

    @property
    def condition(self) -> str | None:
        """The unresolved condition of the lines in the present branch, the enclosing ones included."""
        if self.branch is not None or not self.text:
            return self.outer
        return f"{self.outer} and {self.text}" if self.outer else self.text


class Conditions:
    """Follows `.if .elif .else .endif` line by line.

    `masked`: the lines here are certainly skipped. `condition`: the unresolved condition they are
    under, or None. Literal conditions are resolved, everything else is left open.
    """

    __slots__ = ("_blocks", "_report", "condition", "masked")

    def __init__(self, report: Callable[[Problem], None]) -> None:
        self._blocks: list[_Block] = []
        self._report = report
        self.masked = False
        self.condition: str | None = None

    def line(self, directive: Directive) -> None:
        """Take in one line that starts with a dot."""
        keyword = directive.keyword
        if keyword == ".if":
            self._if(directive)
        elif keyword in (".elif", ".else", ".endif"):
            self._continue(directive, keyword)
        elif self.masked:
            return
        elif keyword in _MESSAGES:
            self._message(directive)
        else:
            self._problem(
                directive.words[0].span, f"unknown directive '{keyword}'",
                "haproxy takes .if .elif .else .endif .diag .notice .warning .alert",
                "unknown-dot-directive",
            )  # fmt: skip
        self._refresh()

    def end(self) -> None:
        """The file ends: blocks do not reach into the next file."""
        for block in self._blocks[:1]:
            self._problem(
                block.directive.span, "this '.if' has no '.endif' in this file", "add a line '.endif' after the block"
            )
        self._blocks.clear()
        self._refresh()

    def _problem(self, span: Span, message: str, advice: str, kind: str = "", certain: bool = True) -> None:
        certain = certain and self.condition is None
        self._report(Problem(kind or "conditional-directive", span, message, advice, certain=certain))

    def _refresh(self) -> None:
        block = self._blocks[-1] if self._blocks else None
        self.masked = block is not None and (block.outer_masked or block.branch is False)
        self.condition = block.condition if block else None

    def _evaluate(self, directive: Directive) -> tuple[Outcome, str]:
        words = directive.args
        text = " ".join(word.value for word in words)
        if any(word.dynamic for word in words):
            return None, text
        condition = evaluate(text)
        if condition.error:
            span = words[0].span.to(words[-1].span) if words else directive.span
            self._problem(
                span, f"the condition '{text}' cannot be read: {condition.error}",
                "write 0 or 1, or a test such as defined(NAME), feature(NAME), streq(\"$A\",b) or version_atleast(2.6),"
                " joined with && and ||",
                certain=condition.certain,
            )  # fmt: skip
        return condition.outcome, text

    def _if(self, directive: Directive) -> None:
        depth = len(self._blocks)
        if depth == MAX_NESTING:
            self._problem(
                directive.span, f"this '.if' is nested deeper than the {MAX_NESTING} levels haproxy allows",
                "join conditions with '&&'",
            )  # fmt: skip
        if self.masked or depth >= MAX_NESTING:
            block = _Block(directive, "", False if self.masked else None)
        else:
            outcome, text = self._evaluate(directive)
            block = _Block(directive, f".if {text}", outcome)
        block.outer, block.outer_masked = self.condition, self.masked
        self._blocks.append(block)

    def _continue(self, directive: Directive, keyword: str) -> None:
        if not self._blocks:
            self._problem(directive.words[0].span, f"'{keyword}' has no '.if' before it", "remove it, or add the '.if'")
            return
        block = self._blocks[-1]
        if keyword != ".elif" and directive.args and not block.outer_masked:
            self._problem(
                directive.args[0].span, f"'{keyword}' takes no argument, but '{directive.args[0].value}' follows",
                "remove it, or put a '#' before it",
            )  # fmt: skip
        if keyword == ".endif":
            self._blocks.pop()
            return
        if block.else_seen:
            self._problem(
                directive.words[0].span, f"'{keyword}' follows '.else' in the same block", "move it before the '.else'"
            )
        block.else_seen = block.else_seen or keyword == ".else"
        if block.outer_masked:
            return
        outcome: Outcome = True
        text = ""
        if block.taken is True:
            outcome = False
        elif keyword == ".elif":
            self.condition = block.outer  # a mistake here is not under the previous branch
            outcome, text = self._evaluate(directive)
        block.branch = _following(block.taken, outcome)
        if block.text:  # too deep otherwise: the condition is not spelled out
            block.text = f".elif {text}" if keyword == ".elif" else f".else of {block.first}"
        if block.taken is not True and outcome is not False:
            block.taken = outcome

    def _message(self, directive: Directive) -> None:
        keyword, args = directive.keyword, directive.args
        if len(args) > 1:
            self._problem(
                args[1].span, f"'{keyword}' takes one argument, but '{args[1].value}' follows",
                "put the message in quotes",
            )  # fmt: skip
        elif keyword == ".alert":
            self._problem(
                directive.span, "haproxy stops with an error at this '.alert'", "put it under an '.if', or remove it"
            )


def _following(taken: Outcome, outcome: Outcome) -> Outcome:
    """Whether a later branch applies, when `taken` says whether an earlier one did."""
    if taken is True or outcome is False:
        return False
    return None if taken is None else outcome
