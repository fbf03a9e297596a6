"""Events of the TrackML particle tracking challenge."""
