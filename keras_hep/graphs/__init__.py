"""Graphs of hits and tracks as plain arrays."""
