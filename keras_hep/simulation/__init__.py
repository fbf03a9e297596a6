"""Vectorised NumPy generators of the toy and parametric data that the reproductions run on."""
