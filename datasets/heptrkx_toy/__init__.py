"""Straight tracks in a toy pixel detector."""
