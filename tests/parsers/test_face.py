"""The names that `parsers` gives are there, and each is loaded only when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import parsers
from tests.programs import ROOT


@pytest.mark.parametrize("name", parsers.__all__)
def test_each_name_of_the_face_is_there(name: str) -> None:
    value = getattr(parsers, name)
    assert value.__name__ == name
    assert value.__module__.startswith("parsers.")


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="'nothing'"):
        parsers.nothing  # noqa: B018


def test_the_face_loads_no_parser() -> None:
    code = "import sys; from parsers import Source, Span; print([m for m in sys.modules if m.startswith('pyparsing')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
