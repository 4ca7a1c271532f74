"""The rules: declaring and finding them.

A rule is a decorated function in a module below `rules/checks`. Nothing else has to be edited: modules are found by
listing the folder. Two rules that share their reading can share a module; each function then has its rule's name.
`rules.engine.wanted` says which modules have nothing to say about a text, so that they are not even imported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from enum import Enum
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from os import listdir
from types import ModuleType
from typing import Any

from rules.engine.finding import Hit, Severity
from rules.text.suggestions import closest

CheckFunction = Callable[..., Iterable[Hit]]


class Scope(Enum):
    """What a rule looks at, and what its function gets.

    KEEPALIVED and HAPROXY: the facts of one node's configuration. NODE: one `rules.fleet.node.Node` that has a
    keepalived.conf. FLEET: the `rules.fleet.node.Fleet` of two nodes or more. GIVEN: the fleet whatever its size. DNS,
    HOST, KUBERNETES: a `rules.live.views.view.LiveView`, if the network was queried (`--live`). MACHINE: a
    `rules.live.views.machine.MachineView`, if this machine was looked at (`--host`). NATIVE: a
    `rules.live.native.view.NativeView`, if the daemons were asked (`--native`). PARSE: the parsers'
    problems of one document. CLUSTER: the `rules.fleet.cluster.ClusterFiles`, if there is a kubeadm configuration or a
    halb.toml. LINT: the ignore comments of the run (`rules.engine.suppress.Suppressions`).
    """

    PARSE = "parse"
    KEEPALIVED = "keepalived"
    HAPROXY = "haproxy"
    NODE = "node"
    FLEET = "across"
    GIVEN = "given"
    CLUSTER = "cluster"
    DNS = "dns"
    HOST = "host"
    MACHINE = "machine"
    NATIVE = "native"
    KUBERNETES = "kubernetes"
    LINT = "lint"

    @property
    def live(self) -> bool:
        """Whether the rules of this scope use the network's answers."""
        return self in (Scope.DNS, Scope.HOST, Scope.KUBERNETES)


class Rule:
    """One rule: its metadata and its function. `needs` are what must be known for it to run (live, CLUSTER), `words`
    those without which it has nothing to say.
    """

    __slots__ = ("check", "code", "name", "needs", "scope", "severity", "wants_settings", "words")

    def __init__(
        self,
        code: str,
        name: str,
        severity: Severity,
        scope: Scope,
        check: CheckFunction,
        needs: tuple[str, ...] = (),
        words: tuple[str, ...] = (),
    ) -> None:
        self.code = code
        self.name = name
        self.severity = severity
        self.scope = scope
        self.check = check
        self.needs = needs
        self.words = words
        self.wants_settings = check.__code__.co_argcount > 1

    @property
    def module(self) -> str:
        """Its module, as "scope/module"."""
        return f"{self.scope.value}/{self.check.__module__.rpartition('.')[2]}"

    @property
    def documentation(self) -> str:
        """The rule's docstring, unindented."""
        from inspect import cleandoc

        return cleandoc(self.check.__doc__ or "")

    @property
    def examples(self) -> str:
        """The name of the rule's file in `rules/examples`: that of its module, or of its function in one of several."""
        own = self.check.__name__
        return (self.check.__module__.rpartition(".")[2] if own == "check" else own).replace("_", "-")

    @property
    def summary(self) -> str:
        """The first line of the docstring."""
        return self.documentation.partition("\n")[0]

    def run(self, subject: Any, settings: Any) -> Iterable[Hit]:
        """The hits on one subject of the rule's scope."""
        return self.check(subject, settings) if self.wants_settings else self.check(subject)


_RULES: dict[str, Rule] = {}
_LOADED: set[Scope] = set()


def rule(
    code: str,
    name: str,
    severity: Severity,
    scope: Scope,
    *,
    needs: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
) -> Callable[[CheckFunction], CheckFunction]:
    """Declare the decorated function as a rule.

    A live rule's `needs` are the facts that it can't run without, in the order in which they are checked: "network",
    "endpoint", "vip", "control-plane", "kubeadm" (`rules.engine.needs` has the sentence for each). What a rule of
    CLUSTER can need is in `rules.fleet.cluster`, what one of MACHINE in `rules.live.machine.observed`.

    With `words`, the rule has nothing to say about files in whose text none of them appears, and its module is not
    imported for them (`make docs` writes them to rules/checks/words.txt).

    The function takes the subject of its scope, and optionally the run's `rules.engine.settings.RuleSettings`,
    `Hit`s. Its docstring is the rule's documentation: a line that says what is wrong, then paragraphs that start with
    "Why it hurts:", "How to fix:" and "Silent when:".
    """

    def register(check: CheckFunction) -> CheckFunction:
        previous = _RULES.get(code)
        if previous is not None and previous.check.__module__ != check.__module__:
            raise ValueError(f"{code} is declared by {previous.check.__module__} and {check.__module__}")
        _RULES[code] = Rule(code, name, severity, scope, check, needs, words)
        return check

    return register


def load(scopes: Iterable[Scope] = tuple(Scope), idle: Collection[str] = ()) -> None:
    """Import the rule modules of these scopes (each once), except those that are `idle`, given as "scope/module"."""
    for scope in scopes:
        if scope in _LOADED:
            continue
        package = import_module(f"rules.checks.{scope.value}")
        folder = package.__path__[0]
        try:
            names = listdir(folder)
        except OSError:  # inside a zip file
            from pkgutil import iter_modules

            for module in iter_modules([folder]):
                import_module(f"{package.__name__}.{module.name}")
        else:
            for name in sorted(name[:-3] for name in names if name.endswith(".py") and name != "__init__.py"):
                if f"{scope.value}/{name}" not in idle:
                    _import(package, name, f"{folder}/{name}.py")
        if not idle:
            _LOADED.add(scope)


def _import(package: ModuleType, name: str, path: str) -> None:
    """Import a module of a package, whose file is known.

    As import_module, but without asking every finder of the interpreter where the file might be: for a hundred rules
    that is a twentieth of a run on small files (`make bench`, G1).
    """
    whole = f"{package.__name__}.{name}"
    if whole in sys.modules:
        return
    loader = SourceFileLoader(whole, path)
    module = ModuleType(whole)
    module.__spec__ = ModuleSpec(whole, loader, origin=path)
    module.__loader__, module.__package__, module.__file__ = loader, package.__name__, path
    sys.modules[whole] = module
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[whole]
        raise
    setattr(package, name, module)


def all_rules() -> list[Rule]:
    """Every rule, in the order of the codes."""
    load()
    return [_RULES[code] for code in sorted(_RULES)]


def rules_of(scope: Scope, idle: Collection[str] = ()) -> list[Rule]:
    """The rules of one scope, in the order of the codes, without those of the `idle` modules."""
    load((scope,), idle)
    rules = [rule for _, rule in sorted(_RULES.items()) if rule.scope is scope]
    return [rule for rule in rules if rule.module not in idle] if idle else rules


def find_rules(word: str) -> list[Rule]:
    """The rules with this code or name, with this prefix, or all for `ALL`; empty if there are none."""
    rules = all_rules()
    upper, lower = word.upper(), word.lower()
    if upper == "ALL":
        return rules
    exact = [rule for rule in rules if upper == rule.code or lower == rule.name]
    if exact:
        return exact
    return [rule for rule in rules if word and rule.code.startswith(upper)]


def suggest(word: str) -> str:
    """The code or name that `word` was most likely meant to be, or ""."""
    rules = all_rules()
    return closest(word, [*(rule.code for rule in rules), *(rule.name for rule in rules)])


class Selection:
    """Which rules run: `--select` and `--ignore`, already checked."""

    __slots__ = ("_codes",)

    def __init__(self, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> None:
        """Raises `UnknownRuleError` for a word that names no rule."""
        self._codes: frozenset[str] | None = None
        if not select and not ignore:
            return
        chosen = set(_codes(select or ("ALL",)))
        for word in ignore:
            codes = set(_codes((word,)))
            # A rule that --select names individually survives an --ignore of its whole group.
            if len(codes) > 1:
                codes -= set(_codes(w for w in select if len(find_rules(w)) == 1))
            chosen -= codes
        self._codes = frozenset(chosen)

    def __contains__(self, rule: Rule) -> bool:
        return self._codes is None or rule.code in self._codes


class UnknownRuleError(ValueError):
    """An unknown code or name of a rule."""

    def __init__(self, word: str) -> None:
        near = suggest(word)
        hint = f"; did you mean '{near}'?" if near else "; run 'halb-lint --list-rules' for all of them"
        super().__init__(f"unknown rule '{word}'{hint}")
        self.word = word


def _codes(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        found = find_rules(word)
        if not found:
            raise UnknownRuleError(word)
        yield from (rule.code for rule in found)
