"""Derived columns of TrackML tables: what a particle id encodes, cylindrical positions, transverse momenta."""

import numpy as np

PARTICLE_ID_FIELDS = {  # name: (lowest bit, number of bits)
    "vertex_id": (52, 12),
    "primary_id": (36, 16),
    "generation": (24, 12),
    "secondary_id": (12, 12),
    "process": (0, 12),
}


def decode_particle_id(data):
    """Add the fields that `particle_id` is packed of: vertex_id, primary_id, generation, secondary_id, process.

    Args:
        data: DataFrame or dict of arrays with particle_id, of shape (rows,); changed in place.

    Returns:
        `data`, with five columns more of uint64.

    Reference: the challenge's library, trackml.utils; from the highest bit 12, 16, 12, 12 and 12 bits.

    Example:

    >>> fields = decode_particle_id({"particle_id": np.array([(3 << 52) + (7 << 36) + (1 << 24) + 5])})
    >>> [int(fields[name][0]) for name in PARTICLE_ID_FIELDS]
    [3, 7, 1, 0, 5]
    """
    packed = np.asarray(data["particle_id"]).astype("u8")
    for name, (low, bits) in PARTICLE_ID_FIELDS.items():
        data[name] = (packed >> np.uint64(low)) & np.uint64((1 << bits) - 1)
    return data


def add_position_quantities(data, prefix=""):
    """Add the transverse radius rho, the azimuth phi and the distance r from the origin, in the dtype of the positions.

    Args:
        data: DataFrame or dict of arrays with x, y, z [mm], their names prefixed; changed in place.
        prefix: str. "t" for the positions of truth, "v" for those of particles.

    Returns:
        `data`, with the columns rho [mm], phi [rad] and r [mm] more, their names prefixed.

    Reference: the challenge's library, trackml.utils.

    Example:

    >>> hits = add_position_quantities({"x": np.array([3.0]), "y": np.array([4.0]), "z": np.array([12.0])})
    >>> hits["rho"].tolist(), hits["r"].tolist()
    ([5.0], [13.0])
    """
    x, y, z = (data[f"{prefix}{axis}"] for axis in "xyz")
    rho = np.hypot(x, y)
    data[f"{prefix}rho"] = rho
    data[f"{prefix}phi"] = np.arctan2(y, x)
    data[f"{prefix}r"] = np.hypot(rho, z)
    return data


def add_momentum_quantities(data, prefix=""):
    """Add transverse momentum pt, azimuth pphi, pseudorapidity peta and momentum p, in the dtype of the momenta.

    Args:
        data: DataFrame or dict of arrays with px, py, pz [GeV], their names prefixed; changed in place.
        prefix: str. "t" for the momenta of truth.

    Returns:
        `data`, with the columns pt [GeV], pphi [rad], peta and p [GeV] more, their names prefixed. Along the beam,
        where pt is lost in the rounding of p, peta is infinite; without momentum it is NaN.

    Reference: the challenge's library, trackml.utils: peta = artanh(pz / p).

    Example:

    >>> particles = add_momentum_quantities({"px": np.array([3.0]), "py": np.array([4.0]), "pz": np.array([0.0])})
    >>> particles["pt"].tolist(), particles["peta"].tolist()
    ([5.0], [0.0])
    """
    px, py, pz = (data[f"{prefix}p{axis}"] for axis in "xyz")
    pt = np.hypot(px, py)
    p = np.hypot(pt, pz)
    data[f"{prefix}pt"] = pt
    data[f"{prefix}pphi"] = np.arctan2(py, px)
    with np.errstate(divide="ignore", invalid="ignore"):
        data[f"{prefix}peta"] = np.arctanh(pz / p)
    data[f"{prefix}p"] = p
    return data
