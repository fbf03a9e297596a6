"""Time slices of reconstructed tracks of several events."""
