"""Measures of track finding: the score of the TrackML challenge and its hit weights, efficiency, purity, fake rate."""

from keras_hep.metrics.hit_weights import hit_weight_factors, hit_weights
from keras_hep.metrics.track_efficiency import TrackMatching, match_tracks
from keras_hep.metrics.track_majority import analyze_tracks, double_majority

__all__ = [
    "TrackMatching",
    "analyze_tracks",
    "double_majority",
    "hit_weight_factors",
    "hit_weights",
    "match_tracks",
    "score_event",
]


def score_event(truth, submission):
    """Return the TrackML score of one event: 1 for a perfect assignment of hits to tracks, 0 for a useless one.

    A track counts if more than half of its hits come from one particle and these are more than half of the particle's
    hits (both strictly). The score is the truth weight of the common hits of the tracks that count, divided by the
    weight of the event.

    Args:
        truth: mapping of arrays (or DataFrame) with hit_id, particle_id (0: noise), weight, of shape (hits,).
        submission: mapping of arrays (or DataFrame) with hit_id, track_id. Hits that it does not name, or whose
            track_id is NaN, are tracks of their own; hits that truth does not have are ignored.

    Returns:
        float. 0 where the event has no weight.

    Raises:
        ValueError: if a hit is there twice, a track id is negative, or columns are missing or differ in length.

    Particles are as large as `truth` makes them: for a part of the detector, restrict truth to its hits. The score is
    then that of the part, and does not compare with one of the whole.

    Reference: S. Amrouche et al., The Tracking Machine Learning challenge: Accuracy phase (2019), Section 4, and the
        challenge's library, trackml.score.

    Example:

    >>> truth = {"hit_id": [1, 2, 3, 4, 5], "particle_id": [7, 7, 7, 7, 0], "weight": [0.4, 0.3, 0.2, 0.1, 0.0]}
    >>> round(score_event(truth, {"hit_id": [1, 2, 3, 4, 5], "track_id": [1, 1, 1, 2, 2]}), 3)
    0.9
    """
    tracks = analyze_tracks(truth, submission)
    return float(tracks["major_weight"][double_majority(tracks)].sum())
