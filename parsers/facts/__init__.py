"""Typed, positioned views of a parsed file: what it says, wrong values kept."""
