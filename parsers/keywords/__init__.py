"""Tables of keywords, one module per format; import the one that is needed."""

from __future__ import annotations


def table_text(name: str) -> str:
    """The text of a table that lies in this package, wherever the package was loaded from.

    importlib.resources would do the same, but pulls in zipfile and costs a short run several milliseconds.
    """
    data: bytes = __loader__.get_data(__file__.removesuffix("__init__.py") + name)  # type: ignore[name-defined]
    return data.decode("utf-8")
