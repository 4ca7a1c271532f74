"""The part of SARIF 2.1.0 (OASIS, sections 3.13 to 3.58) that halb writes, as a JSON Schema that refuses the rest.

What the standard requires is required here, and its words and minimums are these.
"""

from __future__ import annotations

from typing import Any

_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_TEXT = {"type": "string", "minLength": 1}
_FROM_1 = {"type": "integer", "minimum": 1}
_URI = {"type": "string", "pattern": r"^([A-Za-z0-9._~/-]|%[0-9A-F]{2}|:(?=/))+$"}  # RFC 3986


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _list(items: Any, *, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "uniqueItems": True}


_MESSAGE = _object("text", text=_TEXT)
_HELP = _object("text", text=_TEXT, markdown=_TEXT)
_ARTIFACT = _object("uri", uri=_URI, uriBaseId={"enum": ["%SRCROOT%"]})
_REGION = _object(
    "startLine startColumn endLine endColumn",
    startLine=_FROM_1, startColumn=_FROM_1, endLine=_FROM_1, endColumn=_FROM_1,
)  # fmt: skip
_LOCATION = _object(
    "physicalLocation",
    id={"type": "integer", "minimum": 0},
    physicalLocation=_object("artifactLocation region", artifactLocation=_ARTIFACT, region=_REGION),
    logicalLocations=_list(_object("name kind", name=_TEXT, kind=_TEXT)),
    message=_MESSAGE,
)
_FIX = _object(
    "artifactChanges",
    description=_MESSAGE,
    artifactChanges=_list(
        _object(
            "artifactLocation replacements",
            artifactLocation=_ARTIFACT,
            replacements=_list(
                _object(
                    "deletedRegion", deletedRegion=_REGION, insertedContent=_object("text", text={"type": "string"})
                ),
                least=1,
            ),
        ),
        least=1,
    ),
    properties=_object("safety", safety={"enum": ["safe", "unsafe"]}),
)
_RESULT = _object(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    message=_MESSAGE,
    locations=_list(_LOCATION, least=1),
    relatedLocations=_list(_LOCATION, least=1),
    partialFingerprints=_object("halb/v1", **{"halb/v1": _TEXT}),
    fixes=_list(_FIX, least=1),
)
_RULE = _object(
    "id name",
    id=_TEXT,
    name=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_HELP,
    defaultConfiguration=_object("level", level=_LEVEL),
    properties=_object("tags", tags=_list(_TEXT)),
)
_RUN = _object(
    "tool results",
    tool=_object("driver", driver=_object("name", name=_TEXT, version=_TEXT, rules=_list(_RULE))),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    invocations=_list(
        _object(
            "executionSuccessful",
            executionSuccessful={"type": "boolean"},
            toolExecutionNotifications=_list(_object("message", level=_LEVEL, message=_MESSAGE)),
        )
    ),
    results={"type": "array", "items": _RESULT},
)
SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **_object(
        "$schema version runs",
        **{"$schema": {"type": "string"}, "version": {"enum": ["2.1.0"]}, "runs": {"type": "array", "items": _RUN}},
    ),
}
