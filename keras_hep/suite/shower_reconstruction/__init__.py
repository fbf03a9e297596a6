"""Reconstruction of single showers from their cells: which networks learn what, and what is measured of them."""
