"""Editing a configuration by hand: the lines around a place."""

from __future__ import annotations

import re

from rules.engine.finding import Location

_CAPITALS = {"ADDRESS:PORT": "*:6443", "NAME": "name", "N": "33", "SECS": "1", "ADDRESS": "192.0.2.99"}
_SECTIONS = re.compile(r"(?:global|defaults|frontend|backend|listen|resolvers|peers|userlist|cache)\b")


def in_capitals(text: str) -> str:
    """The text with a value for every word in capitals that stands for one."""
    return " ".join(_CAPITALS.get(word, word) for word in text.split(" "))


class Text:
    """One of the files, and a place in it. Every edit writes the file back and returns whether there was one."""

    def __init__(self, texts: dict[str, str], at: Location) -> None:
        self._texts = texts
        self._at = at
        self.lines = texts[at.file].split("\n")
        self.number = at.line - 1

    @property
    def whole(self) -> str:
        return self._texts[self._at.file]

    @property
    def line(self) -> str:
        return self.lines[self.number]

    @property
    def mark(self) -> str:
        end = self._at.end_column - 1 if self._at.end_line == self._at.line else len(self.line)
        return self.line[self._at.column - 1 : end]

    @property
    def _indent(self) -> str:
        return self.line[: len(self.line) - len(self.line.lstrip())]

    def _save(self) -> bool:
        return self.replace_text("\n".join(self.lines))

    def replace_text(self, text: str) -> bool:
        self._texts[self._at.file] = text
        return True

    # -- the marked words

    def replace_mark(self, text: str, length: int | None = None) -> bool:
        start = self._at.column - 1
        end = start + (len(self.mark) if length is None else length)
        if self.mark[:1] == '"' == self.mark[-1:] and '"' not in text:
            text = f'"{text}"'
        new = text.replace("\n", "\n" + self._indent)
        self.lines[self.number] = self.line[:start] + new + self.line[end:]
        return self._save()

    def write(self, text: str) -> bool:
        """The text in place of what is wrong: of the statement, if the text is a whole one, else of the marked word."""
        before = self.line[: self._at.column - 1]
        first = text.partition(" ")[0]
        if " " not in text and first != self.line.split()[0]:
            return self.replace_mark(text)
        if self.line.split()[0] == first:
            block = " {" if self.line.rstrip().endswith("{") and "{" not in text else ""
            return self.replace_line(text + block)
        if re.search(rf"(?<!\S){re.escape(first)}\s+$", before):
            at = before.rindex(first)
            self.lines[self.number] = self.line[:at] + text + self.line[self._at.column - 1 + len(self.mark) :]
            return self._save()
        return self.replace_mark(text)

    def cut(self) -> bool:
        """Delete the line from the mark on."""
        self.lines[self.number] = self.line[: self._at.column - 1].rstrip()
        return self._save()

    def swap(self, old: str, new: str) -> bool:
        found = re.subn(rf"(?<![^\s,\[\"']){re.escape(old)}(?![^\s,\]\"'])", new.replace("\\", r"\\"), self.line)
        self.lines[self.number] = found[0]
        return bool(found[1]) and self._save()

    def remove_words(self, words: str) -> bool:
        if self.line.strip() == words or self.line.split()[0] == words:
            return self.remove_line()
        return self.swap(words, "")

    def remove_mark(self, *, line: bool) -> bool:
        """The marked word, or the whole line if the mark begins it."""
        if line and not self.line[: self._at.column - 1].strip():
            return self.remove_line()
        before = self.line[: self._at.column - 1].rstrip()
        self.lines[self.number] = before + self.line[self._at.column - 1 + len(self.mark) :]
        return self._save()

    def on_its_own_line(self, at: Location, words: str | None) -> bool:
        """The words from the mark on, on the next line."""
        start = at.column - 1
        rest = words if words is not None and words != self.mark else self.line[start:]
        self.lines[self.number : self.number + 1] = [self.line[:start].rstrip(), self._indent + rest.strip()]
        if words is not None and words.startswith("bind"):
            self.lines[self.number + 1] = f"    {words}"
        return self._save()

    # -- lines

    def replace_line(self, text: str) -> bool:
        self.lines[self.number] = self._indent + text
        return self._save()

    def replace_same(self, old: str, statement: str) -> bool:
        """The statement in place of a line that has the same keyword as `old`, where the place is or else anywhere."""
        keyword = old.split(maxsplit=1)[0]
        same = [n for n, line in enumerate(self.lines) if line.split()[:1] == [keyword]]
        if self.number in same or not same:
            same = [self.number] if same else []
        for number in same:
            self.lines[number] = old[: len(old) - len(old.lstrip())] + statement
        return bool(same) and self._save()

    def remove_line(self) -> bool:
        del self.lines[self.number]
        return self._save()

    def append(self, words: str) -> bool:
        self.lines[self.number] = f"{self.line.rstrip()} {words}"
        return self._save()

    def append_to(self, keyword: str, words: str) -> bool:
        """The words at the end of every such line in the section."""
        first, last = self._section()
        wanted = [n for n in range(first, last) if self.lines[n].split()[:1] == [keyword]]
        for number in wanted:
            self.lines[number] = f"{self.lines[number].rstrip()} {words}"
        return bool(wanted) and self._save()

    # -- blocks of keepalived.conf

    def _block(self, number: int) -> tuple[int, int]:
        """First and last line of the block that the line opens, or stands in."""
        depth = 0
        start = number
        while start >= 0:
            line = self.lines[start].partition("#")[0]
            if start < number or not line.rstrip().endswith("{"):
                depth += line.count("{") - line.count("}")
            if depth > 0 or (start == number and line.rstrip().endswith("{")):
                break
            start -= 1
        depth = 0
        for end in range(max(start, 0), len(self.lines)):
            depth += self.lines[end].count("{") - self.lines[end].count("}")
            if depth == 0 and end > start:
                return max(start, 0), end
        return max(start, 0), len(self.lines) - 1

    def insert_in_block(self, statement: str) -> bool:
        """The statement as the first line of the block, or of the haproxy section."""
        if _SECTIONS.match(self.line):
            first = self.number
        else:
            first, _ = self._block(self.number)
        indent = self.lines[first][: len(self.lines[first]) - len(self.lines[first].lstrip())] + "    "
        self.lines[first + 1 : first + 1] = [indent + part for part in statement.split("\n")]
        return self._save()

    def insert_after(self, start: str, statement: str) -> bool:
        numbers = [n for n, line in enumerate(self.lines) if line.lstrip().startswith(start)]
        if not numbers:
            return False
        self.lines.insert(numbers[0] + 1, "    " + statement)
        return self._save()

    def set_in_block(self, statement: str, *, instance: bool = False) -> bool:
        """The statement in place of the one with the same keyword in the block, or else as a new line of it.

        With `instance`, the block is the file's first vrrp_instance.
        """
        keyword = statement.split(maxsplit=1)[0]
        if instance:
            self.number = next(n for n, line in enumerate(self.lines) if line.startswith("vrrp_instance"))
        first, last = self._block(self.number)
        while self.lines[first].startswith(" "):
            first, last = self._block(first - 1)
        for number in range(first + 1, last):
            words = self.lines[number].split()
            if words[:1] == [keyword]:
                indent = self.lines[number][: len(self.lines[number]) - len(self.lines[number].lstrip())]
                self.lines[number] = indent + statement
                return self._save()
            if keyword in words[1:]:
                return self.write(statement)
        self.lines.insert(first + 1, "    " + statement)
        return self._save()

    def set_around(self, statement: str) -> bool:
        """The statement in the block that the mark stands in, instead of the one that says otherwise."""
        keyword = statement.split(maxsplit=1)[0]
        first, last = self._block(self.number)
        same = [n for n in range(first + 1, last) if self.lines[n].split()[:1] == [keyword]]
        if same:
            self.lines[same[0]] = "    " + statement
        else:
            self.lines.insert(first + 1, "    " + statement)
        return self._save()

    def remove_around(self, statement: str) -> bool:
        """The statement out of the instance that the mark stands in."""
        self.lines = [line for line in self.lines if line.strip() != statement]
        return self._save()

    def add_check(self, command: str, user: str | None) -> bool:
        """A vrrp_script with the command, above what tracks it: the sync groups, or else the instances."""
        settings = [f'script "{command}"', "interval 2", "fall 2", *([user] if user else [])]
        script = ["vrrp_script answers {", *(f"    {setting}" for setting in settings), "}", ""]
        if script[0] in self.lines:
            return False
        lists = "track_script {" in map(str.strip, self.lines)
        first = next(n for n, line in enumerate(self.lines) if line.startswith(("vrrp_instance", "vrrp_sync_group")))
        new = [*self.lines[:first], *script]
        for line in self.lines[first:]:
            new.append(line)
            if line.strip() == "track_script {":
                new.append("        answers")
            elif line.startswith("vrrp_instance") and not lists:
                new += ["    track_script {", "        answers", "    }"]
        self.lines = new
        return self._save()

    def set_global(self, statement: str) -> bool:
        keyword = statement.split(maxsplit=1)[0]
        self.lines = [line for line in self.lines if line.split()[:1] != [keyword]]
        headers = [n for n, line in enumerate(self.lines) if line.split()[:1] == ["global_defs"]]
        if headers:
            self.lines.insert(headers[0] + 1, "    " + statement)
        else:
            self.lines[:0] = ["global_defs {", "    " + statement, "}"]
        return self._save()

    def remove_block(self) -> bool:
        first, last = self._block(self.number)
        del self.lines[first : last + 1]
        return self._save()

    def move_to_block(self, block: str) -> bool:
        """The line into a block of the instance."""
        entry = self.line.strip()
        _, last = self._block(self.number)
        del self.lines[self.number]
        self.lines[last:last] = [f"    {block} {{", f"        {entry}", "    }"]
        return self._save()

    def move_block(self, what: str, above: str) -> bool:
        """The block above another one."""
        first = next(n for n, line in enumerate(self.lines) if line.startswith(what))
        first, last = self._block(first)
        block = self.lines[first : last + 1]
        del self.lines[first : last + 1]
        target = next(n for n, line in enumerate(self.lines) if line.startswith(above))
        self.lines[target:target] = block
        return self._save()

    # -- sections of haproxy.cfg

    def _section(self) -> tuple[int, int]:
        first = max((n for n in range(self.number + 1) if _SECTIONS.match(self.lines[n])), default=0)
        after = [n for n in range(first + 1, len(self.lines)) if _SECTIONS.match(self.lines[n])]
        return first, after[0] if after else len(self.lines)

    def set_in_section(self, section: str, statement: str) -> bool:
        """The statement in a section (`frontend 'api'`, `defaults`), instead of the one that says otherwise."""
        header = section.replace("'", "")
        headers = [n for n, line in enumerate(self.lines) if line.split("#")[0].rstrip() == header]
        if not headers:
            headers = [n for n, line in enumerate(self.lines) if line.startswith(header)]
        if not headers:
            return False
        self.number = headers[0]
        first, last = self._section()
        keywords = statement.split()[: 2 if statement.startswith(("timeout", "option")) else 1]
        for number in range(first + 1, last):
            if self.lines[number].split()[: len(keywords)] == keywords:
                self.lines[number] = "    " + statement
                return self._save()
        self.lines.insert(first + 1, "    " + statement)
        return self._save()

    def remove_section(self) -> bool:
        """The section from its header on; a line that opens none goes alone."""
        if not _SECTIONS.match(self.line):
            return self.remove_line()
        first, last = self._section()
        del self.lines[first:last]
        return self._save()
