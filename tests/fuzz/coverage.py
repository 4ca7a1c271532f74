"""Which lines of some packages have run: a light tracer, for a sample of the inputs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tests.programs import ROOT

Lines = set[tuple[str, int]]


class Coverage:
    """The lines below some folders that have run in a `traced` block; `grew` says whether the last one had new ones."""

    def __init__(self, folders: tuple[str, ...]) -> None:
        self.folders = folders
        self._prefixes = tuple(str(ROOT / folder) for folder in folders)
        self.lines: Lines = set()
        self.grew = False

    @contextmanager
    def traced(self) -> Iterator[None]:
        """Trace what runs in the block."""
        before = len(self.lines)
        seen = self.lines

        def line(frame: FrameType, event: str, _: Any) -> Any:
            if event == "line":
                seen.add((frame.f_code.co_filename, frame.f_lineno))
            return line

        def call(frame: FrameType, _: str, __: Any) -> Any:
            return line if frame.f_code.co_filename.startswith(self._prefixes) else None

        old = sys.gettrace()
        sys.settrace(call)
        try:
            yield
        finally:
            sys.settrace(old)
            self.grew = len(self.lines) > before

    def shares(self) -> Iterator[tuple[str, int, int]]:
        """Each folder, how many lines of its functions have run, and how many there are."""
        for folder, prefix in zip(self.folders, self._prefixes, strict=True):
            path = Path(prefix)
            files = [path] if path.is_file() else sorted(path.rglob("*.py"))
            every = {(str(file), number) for file in files for number in _lines(file)}
            yield folder, len(every & self.lines), len(every)


def _lines(file: Path) -> Iterator[int]:
    """The lines in functions: those outside run when the module is loaded."""

    def inside(code: CodeType, *, within: bool) -> Iterator[int]:
        if within:
            yield from (number for _, _, number in code.co_lines() if number and number != code.co_firstlineno)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                yield from inside(constant, within=within or bool(constant.co_flags & 0x2))  # CO_NEWLOCALS: a function

    yield from inside(compile(file.read_text(encoding="utf-8"), str(file), "exec"), within=False)
