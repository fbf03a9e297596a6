"""What a simulation of a detector with stations returns."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class HitEvent:
    """Hits and generated tracks of one event, or of several overlaid in a time slice.

    Attributes:
        hits: dict of arrays of equal length: x, y, z, float32, in mm; station, int32, from 0; track, int32, unique in
            the event or time slice, -1 for a fake hit; event, int32, number of the event in its time slice.
        tracks: dict of arrays, one entry per generated track: track, int32; pt, float32, transverse momentum in GeV;
            theta, phi, float32, polar angle and azimuth of the momentum at the vertex in radian; charge, int32; vx, vy,
            vz, float32, vertex in mm; event, int32.
    """

    hits: dict
    tracks: dict
