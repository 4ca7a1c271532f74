"""What halb.toml says about linting: `[lint]`, and which files belong to which `[[lb]]`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rules.support.suggestions import hint

_LINT_KEYS = ("select", "ignore", "per-file-ignores", "haproxy-version", "keepalived-version")


class ConfigError(Exception):
    """halb.toml can't be used; the text says where and why."""


class LoadBalancer(NamedTuple):
    """One `[[lb]]` table: the node's name, and its files relative to halb.toml (empty: none given)."""

    name: str
    files: tuple[str, ...]


class Config(NamedTuple):
    """The linter's part of halb.toml."""

    path: Path
    load_balancers: tuple[LoadBalancer, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, Sequence[str]] = {}
    haproxy_version: str | None = None
    keepalived_version: str | None = None


def read_config(path: Path) -> Config:
    """The linter's part of a halb.toml; raises ConfigError with the place and what is wanted."""
    import tomllib

    try:
        data = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    reader = _Reader(path)
    lint = reader.table(data, "lint")
    reader.known_keys(lint, "[lint]", _LINT_KEYS)
    return Config(
        path,
        tuple(reader.load_balancers(data)),
        reader.strings(lint, "[lint] select", "select"),
        reader.strings(lint, "[lint] ignore", "ignore"),
        reader.per_file_ignores(lint),
        reader.version(lint, "haproxy-version"),
        reader.version(lint, "keepalived-version"),
    )


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path

    def error(self, text: str) -> ConfigError:
        return ConfigError(f"{self.path}: {text}")

    def table(self, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            raise self.error(f"'{key}' must be a table: write [{key}]")
        return value

    def known_keys(self, table: Mapping[str, Any], where: str, keys: Sequence[str]) -> None:
        for key in table:
            if key not in keys:
                advice = hint(key, keys, f"known are {', '.join(keys)}")
                raise self.error(f"unknown key '{key}' in {where}; {advice}")

    def strings(self, table: Mapping[str, Any], where: str, key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f'{where} must be a list of strings, as in ["KA", "XN002"]')
        return tuple(value)

    def per_file_ignores(self, lint: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        ignores = self.table(lint, "per-file-ignores")
        return {glob: self.strings(ignores, f"[lint] per-file-ignores '{glob}'", glob) for glob in ignores}

    def version(self, lint: Mapping[str, Any], key: str) -> str | None:
        value = lint.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not re.fullmatch(r"\d+\.\d+(?:\.\d+)?", value):
            raise self.error(f'[lint] {key} must be a release such as "2.8", not {value!r}')
        return value

    def load_balancers(self, data: Mapping[str, Any]) -> list[LoadBalancer]:
        tables = data.get("lb", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self.error("'lb' must be written as [[lb]], one table per load balancer")
        result: list[LoadBalancer] = []
        for number, table in enumerate(tables, start=1):
            name = table.get("name")
            if not isinstance(name, str) or not name:
                raise self.error(f"[[lb]] number {number} has no name")
            if any(other.name == name for other in result):
                raise self.error(f"two [[lb]] tables have the name '{name}'")
            result.append(LoadBalancer(name, self.strings(table, f"[[lb]] {name}: files", "files")))
        return result
