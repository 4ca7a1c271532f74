"""Fixes: changes to texts, which of them are made, and what halb-lint does with them."""
