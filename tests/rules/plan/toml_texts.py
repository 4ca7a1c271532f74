"""TOML documents in every form that keys and values can be written in."""

from __future__ import annotations

import re

from hypothesis import strategies as st

BLANKS = st.sampled_from(["", " ", "\t", "  "])
GAPS = st.sampled_from(["", " ", "\n", "\r\n", "\n\t# ] } , = \"'[[x]]\n", "  \n\n"])
COMMENTS = st.sampled_from(["", "", " # comment", '#"', "# [[lb]]", " # x = '''"])
ENDS = st.sampled_from(["\n", "\r\n", "\n\n", "\n# [no] table\n"])
SINGLE = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
SPECIAL = st.text(st.sampled_from(list("\"'\\[]{}#=., \tab")), max_size=8)
LINES = st.lists(SPECIAL, max_size=4).map("\n".join)


def basic(text: str) -> str:
    return '"' + re.sub(r'["\\\x00-\x08\x0a-\x1f\x7f]', lambda m: f"\\u{ord(m[0]):04x}", text) + '"'


def multi_line(text: str) -> str:
    return '"""' + re.sub(r'\\|"(?="")|[\x00-\x08\x0b-\x1f\x7f]', lambda m: f"\\u{ord(m[0]):04x}", text) + '"""'


@st.composite
def written_strings(draw: st.DrawFn) -> str:
    text = draw(st.one_of(SINGLE, SPECIAL, LINES))
    forms = [basic(text), multi_line(text), f'"""\\\n   {multi_line(text)[3:]}']
    if "'" not in text and not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text):
        forms.append(f"'{text}'")
    if "'''" not in text and not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
        forms.append(f"'''{text}'''")
    return draw(st.sampled_from(forms))


SCALARS = st.one_of(
    written_strings(),
    st.integers().map(str),
    st.sampled_from(["0xdead_beef", "0o17", "0b11", "1_000", "+5", "-0.0", "6.02e+2_3", "inf", "-inf", "nan", "true"]),
    st.floats(allow_nan=False, allow_infinity=False).map(repr).filter(lambda text: re.match(r"-?\d+\.\d", text)),
    st.sampled_from(["1979-05-27", "07:32:00", "1979-05-27T07:32:00.5Z", "1979-05-27 07:32:00", "false"]),
    st.datetimes().map(lambda moment: moment.isoformat(sep=" ")),
)


class Names:
    """Keys that no other place of the document has."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.count = 0

    def part(self) -> str:
        self.count += 1
        quoted = self.draw(st.one_of(SINGLE, SPECIAL)) + str(self.count)
        forms = [f"k-{self.count}", f"{self.count}", basic(quoted)]
        if not re.search(r"['\x00-\x08\x0a-\x1f\x7f]", quoted):
            forms.append(f"'{quoted}'")
        chosen: str = self.draw(st.sampled_from(forms))
        return chosen

    def dotted(self) -> str:
        parts = [self.part() for _ in range(self.draw(st.sampled_from([1, 1, 1, 2, 3])))]
        return f"{self.draw(BLANKS)}.{self.draw(BLANKS)}".join(parts)

    def pair(self, depth: int) -> str:
        return f"{self.dotted()}{self.draw(BLANKS)}={self.draw(BLANKS)}{self.value(depth)}"

    def value(self, depth: int) -> str:
        form = self.draw(st.sampled_from(["scalar", "scalar", "array", "table"] if depth else ["scalar"]))
        gap = self.draw
        if form == "array":
            items = [gap(GAPS) + self.value(depth - 1) + gap(GAPS) for _ in range(gap(st.integers(0, 3)))]
            return f"[{','.join(items)}{gap(st.sampled_from(['', ','])) if items else ''}{gap(GAPS)}]"
        if form == "table":
            pairs = [gap(BLANKS) + self.pair(depth - 1) + gap(BLANKS) for _ in range(gap(st.integers(0, 3)))]
            return f"{{{','.join(pairs)}}}"
        scalar: str = gap(SCALARS)
        return scalar


@st.composite
def documents(draw: st.DrawFn) -> str:
    names = Names(draw)
    text = ""
    tables: list[str] = []
    arrays: list[str] = []
    for section in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(["table", "array", "again", "below"])) if section else "top"
        if kind == "again" and arrays:
            name = draw(st.sampled_from(arrays))
            text += f"[[{name}]]"
        elif kind in ("array", "again"):
            arrays.append(names.dotted())
            text += f"[[{draw(BLANKS)}{arrays[-1]}{draw(BLANKS)}]]"
        elif kind != "top":
            outer = draw(st.sampled_from(arrays + tables)) + "." if kind == "below" and arrays + tables else ""
            tables.append(outer + names.dotted())
            text += f"[{draw(BLANKS)}{tables[-1]}{draw(BLANKS)}]"
        text += draw(COMMENTS) + draw(ENDS) if section else ""
        for _ in range(draw(st.integers(0, 4))):
            text += draw(BLANKS) + names.pair(2) + draw(COMMENTS) + draw(ENDS)
    return text
