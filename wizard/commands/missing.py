"""What a draft lacks before it is a plan, with the key to fill."""

from __future__ import annotations

from collections.abc import Iterator

from rules.plan import SCHEMA, Draft, KeyPath, count, header, key_at, missing


def missing_lines(draft: Draft) -> Iterator[str]:
    """A line for each answer that nobody can guess, in the order of halb.toml; one for a machine that is not there."""
    for path in missing(draft.values):
        key = key_at(path)
        where = header(path.table)
        if not SCHEMA[path.table].many:
            option = f" (or {key.option})" if key.option else ""
            yield f'{where} {path.key} = "{key.examples[0]}": {key.what}{option}'
        elif path.number < count(draft.values, path.table):
            yield f'{where} {_who(draft, path)}: {path.key} = "{key.examples[0]}" or the like'
        elif key.named:
            example = key.examples[min(path.number, len(key.examples) - 1)]
            others = ", ".join(other.key for other in missing(draft.values) if other[:2] == path[:2] and other != path)
            yield f'{where} name = "{example}", and its {others}: {SCHEMA[path.table].absent}'


def _who(draft: Draft, path: KeyPath) -> str:
    name, address = (draft.values.get(path._replace(key=key)) for key in ("name", "address"))
    return name or (f"the one at {address}" if address else "one without a name")
