"""Charged particles in the field of a solenoid: helices from slice to slice of z, each with a constant axial field."""

import dataclasses

import numpy as np

CURVATURE = 2.99792458e-4  # GeV per (tesla mm): curvature (1/mm) = CURVATURE * charge * field / transverse momentum


@dataclasses.dataclass(frozen=True)
class Solenoid:
    """Axial field that is constant in slices of abs(z), with the radial field at their edges that divergence asks for.

    Between two edges a particle follows an exact helix. At an edge the axial field jumps by D, which a radial field
    concentrated there must balance; it turns momentum between phi and z by the impulse that keeps the canonical angular
    momentum r p_phi + q B r^2 / 2 and the absolute momentum. Neglecting it would bend particles in the fringe too much.

    Args:
        edges: tuple of float. Ascending abs(z) where one slice ends and the next begins, mm.
        fields: tuple of float, one longer. Axial field of each slice, tesla.

    Raises:
        ValueError: if the edges do not ascend or do not fit the fields.

    Example:

    >>> Solenoid(edges=(1000.0,), fields=(2.0, 1.0)).field(np.array([-1500.0, 0.0, 1500.0])).tolist()
    [1.0, 2.0, 1.0]
    """

    edges: tuple
    fields: tuple

    def __post_init__(self):
        if len(self.fields) != len(self.edges) + 1 or np.any(np.diff(self.edges) <= 0):
            raise ValueError(
                f"Solenoid: fields is one longer than edges, which ascend, got edges {self.edges} and fields "
                f"{self.fields}; give the field inside the first edge, between all edges and outside the last."
            )

    def field(self, z):
        """Return the axial field at `z` (array, mm), tesla."""
        return np.asarray(self.fields)[np.searchsorted(self.edges, np.abs(z))]

    def slice_edges(self):
        """Return all edges with their sign, float array, ascending."""
        return np.concatenate([-np.asarray(self.edges)[::-1], self.edges])


@dataclasses.dataclass
class Helices:
    """Points on trajectories with direction and curvature: the unit circle in the transverse plane, a straight in z.

    Attributes:
        x, y, z: float arrays, shape (...,): position, mm.
        tx, ty: float arrays: unit vector of the transverse momentum.
        slope: float array: longitudinal over transverse momentum.
        curvature: float array: turn of the direction per transverse path, 1/mm, positive for anticlockwise; not 0.
    """

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    tx: np.ndarray
    ty: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray

    def __getitem__(self, index):
        return Helices(*(value[index] for value in self._values()))

    def _values(self):
        return self.x, self.y, self.z, self.tx, self.ty, self.slope, self.curvature

    def moved(self, path):
        """Return the helices behind a transverse path (array, mm; negative goes back)."""
        turn = self.curvature * path
        sine, half = np.sin(turn), np.sin(0.5 * turn)
        cosine = 1 - 2 * half * half
        along, across = sine / self.curvature, 2 * half * half / self.curvature
        return Helices(
            self.x + self.tx * along - self.ty * across,
            self.y + self.ty * along + self.tx * across,
            self.z + self.slope * path,
            self.tx * cosine - self.ty * sine,
            self.ty * cosine + self.tx * sine,
            self.slope,
            self.curvature,
        )

    def path_to_cylinder(self, radius, outwards):
        """Return the transverse path to a cylinder about the z axis.

        Args:
            radius: array, mm. A particle beyond it by a rounding error counts as on it.
            outwards: bool array. Whether it is crossed from inside to outside, or from outside to inside.

        Returns:
            float array: path to the first such crossing, below one turn; infinite where there is none.
        """
        # With h = tan(turn / 2) / (curvature / 2) the squared radius is a quotient of quadratics in h, exactly:
        # square h^2 + linear h + constant = 0, whose derivative tells an exit from an entry.
        constant = self.x * self.x + self.y * self.y - radius * radius
        constant = np.where(outwards, np.minimum(constant, 0), np.maximum(constant, 0))
        linear = 2 * (self.x * self.tx + self.y * self.ty)
        to_centre = self.y * self.tx - self.x * self.ty
        square = 1 + self.curvature * (to_centre + 0.25 * self.curvature * constant)
        discriminant = linear * linear - 4 * square * constant
        root = np.sqrt(np.maximum(discriminant, 0))
        forward = linear < 0
        pivot = 0.5 * (np.where(forward, root, -root) - linear)
        with np.errstate(divide="ignore", invalid="ignore"):
            h = np.where(forward == outwards, pivot / square, constant / pivot)
        path = np.arctan(0.5 * self.curvature * h) * (2 / self.curvature)
        path += np.where(path < 0, 2 * np.pi / np.abs(self.curvature), 0)
        return np.where((discriminant >= 0) & (path >= 0), path, np.inf)

    def path_to_disc(self, z):
        """Return the transverse path to the plane at `z` (array, mm), infinite where it is never reached."""
        with np.errstate(divide="ignore", invalid="ignore"):
            path = (z - self.z) / self.slope
        return np.where(path >= 0, path, np.inf)

    def path_to_upright_plane(self, distance, normal_x, normal_y):
        """Return the transverse path to a nearby plane that contains the z direction.

        Args:
            distance: array, mm: of the particle above the plane along its normal.
            normal_x: array: first component of the unit normal.
            normal_y: array: second component.

        Returns:
            float array: the path, forward or backward, to the crossing on the same side of the turning point; NaN
            where the helix turns before the plane.
        """
        cosine = self.tx * normal_x + self.ty * normal_y
        sine = self.tx * normal_y - self.ty * normal_x
        # The component of the direction along the normal falls on the way; at the plane it is this:
        reached = cosine * cosine - 2 * self.curvature * distance * sine - (self.curvature * distance) ** 2
        with np.errstate(invalid="ignore", divide="ignore"):
            h = -2 * distance / (cosine + np.copysign(np.sqrt(reached), cosine))
            return np.arctan(0.5 * self.curvature * h) * (2 / self.curvature)
