"""Showers in the barrel calorimeters of a detector for CLIC."""
