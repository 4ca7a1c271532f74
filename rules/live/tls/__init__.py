"""Asking API servers."""
