"""Track finders without learning: what a network has to beat."""
