"""Efficiency, purity and fake rate of track finding, for an event or in bins of a quantity of the particles."""

import dataclasses

import numpy as np

from keras_hep.metrics.event_tables import columns_of, rows_of
from keras_hep.metrics.proportions import proportion, proportion_in_bins
from keras_hep.metrics.track_majority import analyze_tracks, double_majority

KINDS = ("matched", "duplicate", "fragment", "fake")


@dataclasses.dataclass(frozen=True, eq=False)
class TrackMatching:
    """Particles to be found, and reconstructed tracks with what they turned out to be.

    Attributes:
        particles: dict of arrays of shape (particles considered,): particle_id; nhits, hits in truth; found, bool:
            whether a track matches it; pt [GeV] and eta where momenta are known.
        tracks: dict of arrays of shape (tracks considered,): those of `analyze_tracks`; kind, index into `KINDS`;
            particle_nhits, particle_pt, particle_eta: nhits, pt and eta of the majority particle, NaN for noise and
            for particles that are not in the table.
    """

    particles: dict
    tracks: dict

    def efficiency(self, quantity=None, edges=None, level=0.6827):
        """Return the fraction of the particles considered that a track matches.

        Args:
            quantity: str or None. "pt", "eta" or "nhits": count in bins of it. None: count all.
            edges: float array, shape (bins + 1,). Edges of the bins; the last one is inside, the others belong to the
                bin above.
            level: float. Confidence level of the Clopper-Pearson interval.

        Returns:
            `Proportion`, of arrays of shape (bins,) where a quantity is given.

        Raises:
            ValueError: if the quantity is unknown or has no edges.
        """
        return self._proportion(self.particles, quantity, self.particles["found"], edges, level)

    def purity(self, quantity=None, edges=None, level=0.6827):
        """Return the fraction of the tracks considered that match a particle; arguments as for `efficiency`.

        The quantity is that of the majority particle; tracks of noise or of an unknown particle are in no bin.
        """
        return self.share("matched", quantity, edges, level)

    def fake_rate(self, quantity=None, edges=None, level=0.6827):
        """Return the fraction of the tracks considered that are fake; arguments as for `purity`."""
        return self.share("fake", quantity, edges, level)

    def duplicate_rate(self, quantity=None, edges=None, level=0.6827):
        """Return the fraction of the tracks considered that are duplicates; arguments as for `purity`."""
        return self.share("duplicate", quantity, edges, level)

    def share(self, kind, quantity=None, edges=None, level=0.6827):
        """Return the fraction of the tracks considered that are of a kind (one of `KINDS`), else as `purity`.

        The four shares add up to 1.
        """
        if kind not in KINDS:
            raise ValueError(f"share: kind is one of {', '.join(KINDS)}, got {kind!r}.")
        name = None if quantity is None else f"particle_{quantity}"
        return self._proportion(self.tracks, name, self.tracks["kind"] == KINDS.index(kind), edges, level)

    @staticmethod
    def _proportion(table, quantity, success, edges, level):
        if quantity is None:
            return proportion(np.count_nonzero(success), len(success), level)
        if quantity not in table or edges is None:
            raise ValueError(f"bins need edges and a quantity of the particles, got {quantity!r} and {edges!r}.")
        return proportion_in_bins(success, table[quantity], edges, level)


def match_tracks(truth, submission, particles=None, accepted=None, minimum_hits=3):
    """Match reconstructed tracks with particles by double majority.

    A track matches a particle if more than half of the track's hits come from it, and these are more than half of the
    particle's hits. Each particle is matched by one track at most. Tracks are of four kinds:

    - matched: it matches a particle, be that considered or not.
    - duplicate: more than half of its hits come from one particle, which another track matches.
    - fragment: more than half of its hits come from one particle, which no track matches.
    - fake: no particle has more than half of its hits, or it is noise that has.

    Tracks considered are those with at least `minimum_hits` hits. Particles considered have at least `minimum_hits`
    hits in truth, are in `particles` (if given) and accepted (if given). Noise is no particle. Hits count if truth has
    them: for a part of the detector, restrict truth to its hits.

    Args:
        truth: mapping of arrays (or DataFrame) with hit_id, particle_id (0: noise), of shape (hits,).
        submission: mapping of arrays (or DataFrame) with hit_id, track_id. Hits without a track are left out, or NaN.
        particles: mapping of arrays (or DataFrame) with particle_id, px, py, pz [GeV], of shape (particles,). None: all
            particles of truth, without momenta.
        accepted: bool array of shape (particles,), or None. Which of `particles` ought to be found.
        minimum_hits: int.

    Returns:
        `TrackMatching`.

    Raises:
        ValueError: as `analyze_tracks`, if a particle is there twice, or `accepted` does not fit `particles`.

    Example:

    >>> truth = {"hit_id": [1, 2, 3, 4, 5, 6, 7, 8, 9], "particle_id": [4, 4, 4, 4, 5, 5, 5, 0, 0]}
    >>> matching = match_tracks(truth, {"hit_id": [1, 2, 3, 7, 8, 9], "track_id": [1, 1, 1, 2, 2, 2]})
    >>> efficiency, fake_rate = matching.efficiency(), matching.fake_rate()
    >>> float(efficiency.value), float(fake_rate.value)
    (0.5, 0.5)
    """
    hit_id, particle_id = columns_of(truth, "truth", ("hit_id", "particle_id"))
    table = _particle_table(particle_id, particles, accepted)
    tracks = analyze_tracks({"hit_id": hit_id, "particle_id": particle_id, "weight": np.ones(len(hit_id))}, submission)
    considered = (tracks["track_id"] >= 0) & (tracks["nhits"] >= minimum_hits)
    tracks = {name: column[considered] for name, column in tracks.items()}
    matched_by = tracks["major_particle_id"][double_majority(tracks)]
    tracks["kind"] = _kinds(tracks, matched_by)
    row = rows_of(table["particle_id"], tracks["major_particle_id"], "particles: every particle")
    for name in table.keys() - {"particle_id", "wanted"}:
        unknown = (row < 0) | (tracks["major_particle_id"] == 0)
        tracks[f"particle_{name}"] = np.where(unknown, np.nan, table[name][row]) if len(table[name]) else np.nan * row
    wanted = table.pop("wanted") & (table["nhits"] >= minimum_hits) & (table["particle_id"] != 0)
    table = {name: column[wanted] for name, column in table.items()}
    return TrackMatching({**table, "found": np.isin(table["particle_id"], matched_by)}, tracks)


def _kinds(tracks, matched_by):
    """Return the kind of each track as index into `KINDS`, given the particles that tracks match."""
    particle = tracks["major_particle_id"]
    pure = (2 * tracks["major_nhits"] > tracks["nhits"]) & (particle != 0)
    conditions = [~pure, double_majority(tracks), np.isin(particle, matched_by)]
    return np.select(
        conditions, [KINDS.index(kind) for kind in ("fake", "matched", "duplicate")], KINDS.index("fragment")
    )


def _particle_table(particle_id, particles, accepted):
    """Return particle_id, nhits, wanted, and pt and eta where momenta are known, of all particles: dict of arrays."""
    found, nhits = np.unique(particle_id, return_counts=True)
    if particles is None:
        if accepted is not None:
            raise ValueError("match_tracks: accepted is a mask of particles, which are missing; give them too.")
        return {"particle_id": found, "nhits": nhits, "wanted": np.ones(len(found), bool)}
    known, px, py, pz = columns_of(particles, "particles", ("particle_id", "px", "py", "pz"))
    wanted = np.ones(len(known), bool) if accepted is None else np.asarray(accepted)
    if wanted.shape != known.shape or wanted.dtype != bool:
        raise ValueError(
            f"match_tracks: accepted is one bool per particle, got {wanted.dtype} of shape {wanted.shape}."
        )
    counts = np.zeros(len(known), np.int64)
    row = rows_of(known, found, "particles: every particle")
    counts[row[row >= 0]] = nhits[row >= 0]
    pt = np.hypot(px, py)
    with np.errstate(divide="ignore", invalid="ignore"):
        eta = np.arcsinh(pz / pt)
    return {"particle_id": known, "nhits": counts, "wanted": wanted, "pt": pt, "eta": eta}
