"""How candidates grow in the TrackNET items on the toy of the Spin Physics Detector."""

import dataclasses

from keras_hep.suite.candidate_training import FRAME
from keras_hep.tracking.growth_rules import GrowthRules
from keras_hep.tracking.straight_line_cell import StraightLineCell

# As on the slides: one hit per step, the sphere as the network gives it.
PLAIN = GrowthRules()
STEP_AHEAD = GrowthRules(step_ahead=True, most_virtual=35)
# Ours: spheres of our networks hold nearly all hits, and at the first step, where many fakes are near, two thirds do.
# A candidate ends where it leaves the detector, and has at most one virtual point in eight.
_OURS = {"first_radius": 2 / 3, "acceptance": (None, None, 1.0), "most_virtual": 35, "virtual_share": 1 / 8}
ONE_NEAREST = GrowthRules(**_OURS)
ONE_NEAREST_AHEAD = GrowthRules(**_OURS, step_ahead=True)
# For a resolution of candidates that share hits: three hits at the first step, and a missing one beside them.
THREE_FIRST = GrowthRules(**_OURS, nearest_first=3)
THREE_FIRST_AHEAD = GrowthRules(**_OURS, nearest_first=3, step_ahead=True, delayed="always")
# Without a network: spheres of one radius, 4 mm across the beam, and 2.4 times as wide at the first step.
STRAIGHT = StraightLineCell(FRAME["first_ratio"], radius=0.005, heads=2)
_WIDE = {"first_radius": 2.4}
ONE_NEAREST_WIDE = dataclasses.replace(ONE_NEAREST, **_WIDE)
ONE_NEAREST_AHEAD_WIDE = dataclasses.replace(ONE_NEAREST_AHEAD, **_WIDE)
THREE_FIRST_WIDE = dataclasses.replace(THREE_FIRST, **_WIDE)
THREE_FIRST_AHEAD_WIDE = dataclasses.replace(THREE_FIRST_AHEAD, **_WIDE)
