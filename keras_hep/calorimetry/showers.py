"""Showers as the calorimeters see them: cells of both, and what is known of each shower."""

import dataclasses

import numpy as np

from keras_hep.calorimetry.cells import Cells

PARTICLES = {"electron": 11, "photon": 22, "pi0": 111, "charged_pion": 211}  # PDG numbers, without sign
# Of every shower, float32 but for the two int32. Angles of "reco" are those of the barycentre seen from the origin.
LABELS = (
    "energy",  # true total energy, GeV
    "theta",  # polar angle, rad
    "eta",
    "phi",  # rad
    "measured_theta",  # of the axis of the image, rad; what the network for generation is told
    "reco_theta",
    "reco_eta",
    "reco_phi",
    "opening_angle",  # of the two photons of a neutral pion, rad; -1: there are no such two
    "conversion",  # electron-positron pairs made before the calorimeters
    "pdg_id",
)
INTEGERS = ("conversion", "pdg_id")


@dataclasses.dataclass(frozen=True, eq=False)
class Showers:
    """Showers in windows of both calorimeters, with their labels.

    Args:
        ecal: `Cells`. The electromagnetic calorimeter.
        hcal: `Cells` or None. The hadronic one; files for generation have none.
        labels: dict of str to array of shape (showers,). Some or all of `LABELS`; files differ in what they have.
        source: str. Where they come from: "simulation" for the parametric one of this package, "files" for others.

    Raises:
        ValueError: if a label is unknown or has another length.

    Example:

    >>> ecal = Cells((1, 1, 2), counts=[2, 1], index=[0, 1, 1], energy=[1.0, 2.0, 4.0])
    >>> showers = Showers(ecal, None, {"energy": [3.0, 5.0]}, source="simulation")
    >>> len(showers), showers.take([1])["energy"].tolist()
    (2, [5.0])
    """

    ecal: Cells
    hcal: Cells
    labels: dict
    source: str

    def __post_init__(self):
        labels = {}
        for name, values in self.labels.items():
            if name not in LABELS:
                raise ValueError(f"Showers: a label is one of {', '.join(LABELS)}, got {name!r}.")
            labels[name] = np.asarray(values, np.int32 if name in INTEGERS else np.float32)
            if labels[name].shape != (len(self),):
                raise ValueError(f"Showers: label {name} must have shape ({len(self)},), got {labels[name].shape}.")
        object.__setattr__(self, "labels", labels)
        if self.hcal is not None and len(self.hcal) != len(self):
            raise ValueError(f"Showers: hcal must have the {len(self)} showers of ecal, got {len(self.hcal)}.")

    @classmethod
    def joined(cls, parts):
        """Return the showers of a list of `Showers`, one part behind the other; labels are those that all have."""
        hcal = None if any(part.hcal is None for part in parts) else Cells.joined([part.hcal for part in parts])
        names = [name for name in LABELS if all(name in part.labels for part in parts)]
        labels = {name: np.concatenate([part[name] for part in parts]) for name in names}
        sources = {part.source for part in parts}
        if len(sources) > 1:
            raise ValueError(f"Showers: simulation and files are never mixed, got {sorted(sources)}.")
        return cls(Cells.joined([part.ecal for part in parts]), hcal, labels, sources.pop())

    def __len__(self):
        return len(self.ecal)

    def __getitem__(self, label):
        """Return one label, array of shape (showers,)."""
        try:
            return self.labels[label]
        except KeyError:
            raise KeyError(f"Showers: no label {label!r}; there are {', '.join(self.labels) or 'none'}.") from None

    def take(self, showers):
        """Return chosen `Showers`: a slice, an int array, or a bool array of shape (showers,)."""
        hcal = None if self.hcal is None else self.hcal.take(showers)
        labels = {name: values[showers] for name, values in self.labels.items()}
        return Showers(self.ecal.take(showers), hcal, labels, self.source)

    def cropped(self, ecal, hcal):
        """Return the `Showers` in square windows of `ecal` and `hcal` cells a side, int."""
        smaller = None if self.hcal is None else self.hcal.cropped(hcal, hcal)
        return dataclasses.replace(self, ecal=self.ecal.cropped(ecal, ecal), hcal=smaller)
