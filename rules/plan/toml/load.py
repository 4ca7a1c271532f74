"""A text as TOML: its values, or one line that says what is wrong with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from parsers.source import Source
from rules.plan.model import ClusterError
from rules.plan.schema import SCHEMA
from rules.text.wording import clipped

LARGEST = 256 * 1024
"""Characters (and bytes) of the largest halb.toml that is read; the plan of a thousand machines is smaller."""

# tomllib's time and memory grow with the square of the parts of a dotted key; a DNS name has 127 labels at most.
_LONG_KEY = re.compile(
    r"""(?<![A-Za-z0-9_.-])(?:(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){128}"""
)
_TOML_PLACE = re.compile(r" \(at line ([0-9]+), column [0-9]+\)$")
_TWICE = re.compile(r"Cannot declare \((.*?)\) twice")
_ADVICE = {
    "Invalid value": "; a text needs quotes around it",
    "Cannot overwrite": "; the key or table is there already",
}


def too_large(path: str | Path) -> str:
    """What is said of a file that is larger than any plan."""
    return f"{path}: larger than {LARGEST // 1024} KiB, which no halb.toml is"


def load(source: Source) -> dict[str, Any]:
    """The text read as TOML, with or without a byte order mark; ClusterError with the line where it is not TOML."""
    path, text = source.path, source.text
    if len(text) > LARGEST:
        raise ClusterError(too_large(path))
    if long := _LONG_KEY.search(text):
        raise ClusterError(f"{path}:{source.position(long.start())[0]}: a key of more than 128 parts")
    try:
        return tomllib.loads(" " + text[1:] if text.startswith("\ufeff") else text)
    except tomllib.TOMLDecodeError as error:
        line, wrong = _toml_fault(source, str(error))
        raise ClusterError(f"{path}:{line}: {wrong}") from error
    except RecursionError as error:
        raise ClusterError(f"{path}: lists or tables are nested too deeply") from error
    except ValueError as error:  # Python reads no number of more than 4300 digits
        raise ClusterError(f"{path}: a number in it has too many digits") from error


def _toml_fault(source: Source, wrong: str) -> tuple[int, str]:
    """The line that tomllib means, and its message with what it leaves out."""
    place = _TOML_PLACE.search(wrong)
    line = int(place[1]) if place else source.line_count  # "at end of document"
    if twice := _TWICE.match(wrong):
        name = ".".join(re.findall("'([^']*)'", twice[1]))
        advice = "; its keys belong below the first"
        if name in SCHEMA and SCHEMA[name].many:
            advice = f"; write [[{name}]], one table per {SCHEMA[name].what}"
        return line, f"a second table [{clipped(name)}]{advice}"
    return line, f"not TOML: {wrong}{next((words for start, words in _ADVICE.items() if wrong.startswith(start)), '')}"
