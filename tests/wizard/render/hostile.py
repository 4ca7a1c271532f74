"""Texts that mean something to the formats they are written into."""

from __future__ import annotations

from hypothesis import strategies as st

AWKWARD = ['"', "'", "\\", "#", "!", "$", "{", "}", "${_PWD}", "$_PWD", "`", "\n", "\r", "\0", "\t", " ", "\x7f"]
hostile = st.lists(st.sampled_from(AWKWARD) | st.text(max_size=3), min_size=1, max_size=8).map("".join)
