"""How candidates grow in the TrackNET item on TrackML events."""

from keras_hep.suite import trackml_prediction_training as predictions
from keras_hep.tracking.candidate_evidence import EvidenceRules
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.helix_cell import HelixCell
from keras_hep.tracking.space_compression import SpaceCompression
from keras_hep.tracking.track_net_cell import TrackNETCell
from keras_hep.tracking.trackml_finder import TrackMLFinder

FEWEST_HITS = 3  # of a candidate, as of a track
FIRST_HITS = 16  # of the first prediction of ours, which knows neither curvature nor vertex
# Without a network; of radii from 0.1 to 0.4 and from 0.005 to 0.25 those that find most.
STRAIGHT_RADII = (0.2, 0.06)


def finders(published, ours, most):
    """Return the ways to find candidates that are compared, dict of name to `TrackMLFinder`.

    Args:
        published: `keras_hep.models.TrackNET`, trained by `train_published`.
        ours: `TrackNET`, trained by `train_helix`.
        most: int. Candidates that may grow at the same time.
    """
    growth = {
        "one": GrowthRules(minimum_hits=FEWEST_HITS),
        "two": GrowthRules(minimum_hits=FEWEST_HITS, nearest=2, most_candidates=most),
        "several": GrowthRules(minimum_hits=FEWEST_HITS, nearest_first=FIRST_HITS),
    }
    evidence = EvidenceRules(predictions.WIDTH, minimum_hits=FEWEST_HITS)
    as_published = TrackNETCell.of(published), predictions.METRES, SpaceCompression()
    helix = TrackNETCell.of(ours), predictions.DIRECTIONS, None
    straight = HelixCell(predictions.DIRECTIONS.depth, STRAIGHT_RADII), predictions.DIRECTIONS, None
    return {
        "k1": TrackMLFinder(*as_published, growth["one"]),
        "k2": TrackMLFinder(*as_published, growth["two"]),
        "ours_k1": TrackMLFinder(*helix, growth["one"]),
        "ours": TrackMLFinder(*helix, growth["several"], evidence),
        "straight": TrackMLFinder(*straight, growth["several"], evidence),
    }
