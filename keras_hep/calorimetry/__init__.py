"""Showers in calorimeters: records, geometry, selections, features, other geometries, baselines."""
