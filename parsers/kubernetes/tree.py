"""What a YAML file is made of, each value with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from parsers.records import cached_property
from parsers.source import Source, Span
from parsers.tree import Problem

# Placeholders of Jinja, ERB, Go templates, envsubst, and of documents ("<VIP>", "__VIP__").
_TEMPLATE = r"\{\{|\{%|\$\{|\$\(|<%|\$[A-Z_]|<[A-Za-z_]|__[A-Z]"


class YamlMissingError(Exception):
    """PyYAML is not installed."""


class YamlValue:
    """A mapping (`entries`), a list (`items`), or a scalar (`text`); the other two are None.

    An alias is the value of its anchor, not a copy, so that files of aliases upon aliases stay small; a value can
    contain itself. `span` is where the value stands (of an alias: where the anchor's value does), `key_span` of a
    mapping's entry where its key does.
    """

    __slots__ = ("entries", "items", "key_span", "quoted", "span", "text")

    def __init__(self, span: Span, text: str | None = None, quoted: bool = False) -> None:
        self.span = span
        self.text = text
        self.quoted = quoted
        self.entries: dict[str, YamlValue] | None = None
        self.items: list[YamlValue] | None = None
        self.key_span: Span | None = None

    def get(self, *path: str) -> YamlValue | None:
        """The value below these keys, or None; one that is empty (`key:`, `null`, `~`) is None too."""
        value: YamlValue | None = self
        for key in path:
            value = value.entries.get(key) if value is not None and value.entries is not None else None
        return None if value is None or value.is_null else value

    def list_at(self, *path: str) -> list[YamlValue]:
        """The items of the list below these keys, [] if there is none."""
        found = self.get(*path)
        return found.items or [] if found is not None else []

    @property
    def is_null(self) -> bool:
        """Whether nothing is written, or YAML's null."""
        return self.text is not None and not self.quoted and self.text in ("", "~", "null", "Null", "NULL")

    @property
    def dynamic(self) -> bool:
        """Whether a placeholder of a template is in the text: what it will be is not known."""
        return self.text is not None and re.search(_TEMPLATE, self.text) is not None

    def __repr__(self) -> str:
        kind = "mapping" if self.entries is not None else "list" if self.items is not None else repr(self.text)
        return f"YamlValue({kind}, line {self.span.line})"


class KubernetesDocument:
    """One file: `values` are its YAML documents, those before the first mistake if it has one.

    `template`: placeholders make it something else than YAML, so nothing of it is known.
    """

    def __init__(
        self, source: Source, values: Sequence[YamlValue], problems: Sequence[Problem], template: bool = False
    ) -> None:
        self.source = source
        self.values = tuple(values)
        self.problems = tuple(problems)
        self.template = template

    @property
    def sources(self) -> Sequence[Source]:
        """The file."""
        return (self.source,)

    @cached_property
    def secrets(self) -> Sequence[Span]:
        """Tokens, keys and passwords, found in the text as it is, so also where the rest can't be read."""
        from parsers.kubernetes.secrets import secrets_in

        return tuple(Span(self.source, start, end) for start, end in secrets_in(self.source.text))

    def of_kind(self, group: str, *kinds: str) -> Iterator[YamlValue]:
        """The objects of these kinds whose apiVersion belongs to an API group, such as "kubeadm.k8s.io"; or is "v1"."""
        for value in self.values:
            version, kind = value.get("apiVersion"), value.get("kind")
            if version is None or kind is None or version.text is None or kind.text is None:
                continue
            if (version.text == group or version.text.startswith(f"{group}/")) and kind.text in kinds:
                yield value

    def __str__(self) -> str:
        return self.source.text


def is_template(text: str) -> bool:
    """Whether a text has placeholders of a template."""
    return re.search(_TEMPLATE, text) is not None
