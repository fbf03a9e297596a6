"""Growth of track candidates as one compiled program, for many time slices at once."""

import keras
import numpy as np
from keras import ops

from keras_hep.models.padded_hits import padded_hits


@keras.saving.register_keras_serializable(package="keras_hep")
class TrackNETGrowth(keras.Model):
    """Grow a candidate from each hit of the first station, station by station, with a trained `TrackNET`.

    At each station the network reads the hit that a candidate has there and predicts spheres on the next one (and on
    the next but one); the nearest hit inside continues the candidate, without any it ends. The distances of all
    candidates to all hits of a station are computed, by differences of coordinates: in single precision a matrix
    product would lose what distinguishes neighbouring hits. The result is that of
    `keras_hep.tracking.candidate_growth.grow` with `nearest=1` and `search="strict"`, which is faster on a processor;
    this is for accelerators, to be compiled with `jit_compile=True`. There, matrix products in the reduced precision
    that frameworks may choose change which hits are found.

    Args:
        network: `keras_hep.models.TrackNET` that predicts spheres, without a frame or with one of geometry "barrel". It
            is shared, not copied.
        stations: int.
        first_radius: float. Factor on the spheres of the first prediction.
        minimum_hits: int. Candidates with fewer hits are no result of `grow`.
        acceptance: None, or a sequence with a number or None for each coordinate: a candidate ends where the centre of
            its first sphere is further from 0 than that, in scaled coordinates.
        step_ahead: bool. Whether candidates may cross a station without a hit, as in
            `keras_hep.tracking.growth_rules.GrowthRules`.
        most_virtual: int. Stations that a candidate may cross like that.
        consecutive_virtual: int. The same in a row.
        capacity: int or None. Candidates of a slice that grow on from station `minimum_hits - 1`: most seeds have ended
            there, and what has ended costs as much as what grows. None: all are carried to the end.

    Input: dict of tensors: `positions`, float, shape (slices, stations, most, 3), scaled; `present`, bool, shape
    (slices, stations, most), False where a station has fewer hits. Output: dict of tensors: `hits`, int32, shape
    (slices, candidates, stations), which of the hits of each station, -1 for none; `squared`, float32, shape (slices,
    candidates), sum of the squared distances of the hits to the centres; `lost`, int32, shape (slices,), growing
    candidates for which there was no capacity: anything but 0 makes the result useless.

    Raises:
        ValueError: if the network predicts ellipses, has a frame of another geometry, or has too few heads.

    Reference: P. Goncharov et al., TrackNET (slides, 2024), whose implementation searches by distances to all hits on
        a GPU as well.

    Example:

    >>> from keras_hep.models import TrackNET
    >>> frame = {"geometry": "barrel", "first_ratio": 0, "step": 0.1, "scales": (0.0, 0.0)}  # straight on
    >>> growth = TrackNETGrowth(TrackNET(frame=frame, unit=0.1), stations=3, minimum_hits=3)
    >>> positions = np.float32([[0.4, 0, 0], [0, 0.2, 0], [0.6, 0, 0], [0.2, 0, 0]])
    >>> (hits, distance), = growth.grow([(positions, np.array([1, 0, 2, 0]))])
    >>> hits.tolist()
    [[3, 0, 2]]
    """

    def __init__(
        self,
        network,
        stations,
        first_radius=1.0,
        minimum_hits=4,
        acceptance=None,
        step_ahead=False,
        most_virtual=3,
        consecutive_virtual=1,
        capacity=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if network.arguments["shape"] != "sphere":
            raise ValueError(f"network must predict spheres, got shape {network.arguments['shape']!r}.")
        frame = network.arguments["frame"]
        if frame and frame["geometry"] != "barrel":  # two hits are all that a step sees
            raise ValueError(f"network must have no frame or geometry barrel, got {frame['geometry']!r}.")
        if step_ahead and network.arguments["heads"] < 2:
            raise ValueError("step_ahead needs a network with 2 heads, got one with 1: train it with heads=2.")
        self.network, self.stations = network, stations
        self.first_radius, self.minimum_hits, self.acceptance = first_radius, minimum_hits, acceptance
        self.step_ahead, self.most_virtual, self.consecutive_virtual = step_ahead, most_virtual, consecutive_virtual
        self.capacity = capacity
        self.built = True  # the network has all weights

    def grow(self, events, most=None):
        """Grow the candidates of events or time slices.

        Args:
            events: sequence of pairs (positions, station): float array of shape (hits, 3), scaled, and int array of
                shape (hits,), of 0 to `stations` - 1.
            most: int or None. Hits of a station that there is room for, at least `capacity`; each other number is
                compiled anew. None: the smallest multiple of 256 that suffices.

        Returns:
            list of pairs (hits, distance), one for each event, as `keras_hep.tracking.candidates.Candidates` takes
            them: int32 array of shape (candidates, stations), index of the hit on each station, -1 for none; float32
            array of shape (candidates,), mean squared distance of the hits to their predictions.

        Raises:
            ValueError: if a station has more than `most` hits, `most` is below the capacity, or more candidates grow
                than there is capacity for.
        """
        if most is not None and most < (self.capacity or 0):
            raise ValueError(f"most must be at least the capacity of {self.capacity}, got {most}.")
        positions, present, index = padded_hits(events, self.stations, most, least=self.capacity or 1)
        found = self.predict_on_batch({"positions": positions, "present": present})
        lost = found["lost"].max(initial=0)
        if lost:
            raise ValueError(f"capacity must be at least {self.capacity + lost} for these slices, got {self.capacity}.")
        return [self._result(*parts) for parts in zip(index, found["hits"], found["squared"], strict=True)]

    def _result(self, index, slots, squared):
        """Return hits and mean distances of the candidates of one slice with enough hits."""
        number = np.count_nonzero(slots >= 0, axis=1)
        chosen = number >= self.minimum_hits
        slots = slots[chosen]
        hits = np.where(slots >= 0, index[np.arange(slots.shape[1]), slots], np.int32(-1))
        return hits, squared[chosen] / np.maximum(number[chosen] - 1, 1).astype(np.float32)

    def call(self, inputs):
        stations = _Stations(inputs["positions"], inputs["present"])
        live, last = self._step(self._seeds(stations), 0, stations, first=True), self.stations - 1
        lost = ops.zeros_like(live["hits"][:, 0, 0])
        if self.capacity is None:
            live = self._steps(live, 1, last, stations)
        else:
            middle = max(min(self.minimum_hits - 1, last), 1)
            live, lost = self._compacted(self._steps(live, 1, middle, stations))
            live = self._steps(live, middle, last, stations)
        return {"hits": live["hits"], "squared": live["squared"], "lost": lost}

    def _seeds(self, stations):
        """Return a candidate for each hit of station 0: dict of tensors, of shape (slices, candidates, ...)."""
        position, growing = stations.positions[0], stations.present[0]
        none = ops.zeros_like(growing, dtype="int32")
        first = ops.where(growing, ops.cumsum(none + 1, axis=1) - 1, -1)
        others = ops.tile(none[..., None] - 1, (1, 1, self.stations - 1))
        state = ops.tile(ops.zeros_like(position[..., :1]), (1, 1, self.network.arguments["hidden_units"]))
        live = {"before": position, "position": position, "growing": growing, "state_1": state, "state_2": state}
        live |= {"hits": ops.concatenate([first[..., None], others], axis=-1), "squared": position[..., 0] * 0}
        if self.step_ahead:
            # The slot of the hit that must be taken next, and its squared distance.
            live |= {"virtual": none, "trailing": none, "due": none - 1, "due_squared": live["squared"]}
        return live

    def _steps(self, live, start, stop, stations):
        return ops.fori_loop(start, stop, lambda number, live: self._step(live, number, stations), live)

    def _compacted(self, live):
        """Return the growing candidates, filled up to the capacity by others, and how many growing ones are lost."""
        growing = ops.cast(live["growing"], "int32")
        chosen = ops.top_k(growing, self.capacity)[1]
        lost = ops.maximum(ops.sum(growing, axis=1) - self.capacity, 0)
        return {name: _rows(values, chosen) for name, values in live.items()}, lost

    def _step(self, live, number, stations, first=False):
        """Return what candidates on station `number` become on the next one."""
        state, regions = self._predict(live, first)
        (centre, radius), growing = regions[0], live["growing"]
        slot, squared = stations.nearest(number + 1, centre, radius)
        inside = self._inside(centre)
        found = inside & (slot >= 0)
        if self.step_ahead:
            due = live["due"] >= 0
            slot, squared = ops.where(due, live["due"], slot), ops.where(due, live["due_squared"], squared)
            found = due | found
        found = growing & found
        point = ops.where(found[..., None], stations.points(number + 1, slot), live["position"])
        grown = {"growing": found} | {f"state_{layer}": hidden for layer, hidden in zip((1, 2), state, strict=True)}
        if self.step_ahead:
            crossing, ahead = self._crossing(live, number, stations, regions[1], growing & inside & ~found)
            point = ops.where(crossing[..., None], centre, point)
            grown |= self._after(live, crossing, *ahead, first)
            grown["growing"] = found | crossing
        here = ops.arange(self.stations) == number + 1
        grown["hits"] = ops.where(here & found[..., None], slot[..., None], live["hits"])
        grown["squared"] = live["squared"] + ops.where(found, squared, 0.0)
        return grown | {"before": live["position"], "position": point}

    def _crossing(self, live, number, stations, region, alone):
        """Return which candidates go on without a hit, and the hits of their second spheres."""
        slot, squared = stations.nearest(number + 2, *region)
        allowed = (live["virtual"] < self.most_virtual) & (live["trailing"] < self.consecutive_virtual)
        return alone & allowed & (slot >= 0), (slot, squared)

    def _after(self, live, crossing, slot, squared, first):
        """Return the part of the state that belongs to virtual points.

        The second prediction, of a hit and a virtual point, cannot be trusted: it takes what the first one saw.
        """
        due = ops.where(crossing, slot, -1) if first else ops.full_like(live["due"], -1)
        crossed = ops.cast(crossing, "int32")
        return {
            "virtual": live["virtual"] + crossed,
            "trailing": crossed * (live["trailing"] + 1),
            "due": due,
            "due_squared": squared if first else live["due_squared"],
        }

    def _inside(self, centre):
        """Return which centres are inside the detector."""
        inside = ops.ones_like(centre[..., 0], dtype="bool")
        for axis, limit in enumerate(self.acceptance or ()):
            if limit is not None:
                inside = inside & (ops.abs(centre[..., axis]) <= limit)
        return inside

    def _predict(self, live, first):
        """Return both states, and centre and radius of each region, of shape (slices, candidates, ...).

        The layers of the network that look at a step get the last two hits, at the first prediction the only one.
        """
        rows = ops.shape(live["position"])[1]
        window = [live["position"]] if first else [live["before"], live["position"]]
        points = ops.reshape(ops.stack(window, axis=2), (-1, len(window), 3))
        hidden = (self.network.get_layer("features")(points) if self.network.arguments["frame"] else points)[:, -1]
        states = []
        for layer in (1, 2):
            state = ops.reshape(live[f"state_{layer}"], (-1, self.network.arguments["hidden_units"]))
            hidden, _ = self.network.get_layer(f"gru_{layer}").cell(hidden, [state])
            states.append(hidden)
        regions = [self._region(points, hidden, ahead, first) for ahead in range(1, 2 + self.step_ahead)]

        def by_slice(values):
            return ops.reshape(values, (-1, rows, *values.shape[1:]))

        return [by_slice(state) for state in states], [tuple(map(by_slice, region)) for region in regions]

    def _region(self, points, hidden, ahead, first):
        """Return centre, shape (candidates, 3), and radius, shape (candidates,), `ahead` stations ahead."""
        centre = self.network.get_layer(f"centre_{ahead}")(hidden)
        if self.network.arguments["frame"]:
            corrections = ops.repeat(centre[:, None], points.shape[1], axis=1)
            centre = self.network.get_layer(f"point_{ahead}")([points, corrections])[:, -1]
        radius = self.network.get_layer(f"size_{ahead}")(hidden)[:, 0] * self.network.arguments["unit"]
        return centre, radius * self.first_radius if first else radius

    def get_config(self):
        names = ("first_radius", "minimum_hits", "acceptance", "step_ahead", "most_virtual", "consecutive_virtual")
        arguments = {name: getattr(self, name) for name in ("stations", *names, "capacity")}
        network = keras.saving.serialize_keras_object(self.network)
        return {**arguments, "network": network, "name": self.name, "trainable": self.trainable}

    @classmethod
    def from_config(cls, config):
        return cls(**config | {"network": keras.saving.deserialize_keras_object(config["network"])})


class _Stations:
    """Hits by station, tensors of shape (stations + 1, slices, most, ...): behind the last one is an empty one."""

    def __init__(self, positions, present):
        self.positions, self.present = (
            ops.concatenate([values, ops.zeros_like(values[:1])])
            for values in map(_stations_first, (positions, present))
        )

    def nearest(self, station, centre, radius):
        """Return the slot of the hit nearest to each centre, -1 if it is not in the sphere, and its squared distance.

        Of equally distant hits the first is taken.
        """
        positions, present = (ops.take(values, station, axis=0) for values in (self.positions, self.present))
        squared = _squared(centre[:, :, None], positions[:, None])
        slot = ops.cast(ops.argmin(ops.where(present[:, None], squared, np.inf), axis=-1), "int32")
        squared = _squared(centre, _rows(positions, slot))
        inside = _rows(present, slot) & (squared < ops.square(radius))
        return ops.where(inside, slot, -1), squared

    def points(self, station, slot):
        """Return the positions of hits; any for slot -1."""
        return _rows(ops.take(self.positions, station, axis=0), ops.maximum(slot, 0))


def _stations_first(values):
    return ops.moveaxis(values, 1, 0)


def _squared(centre, position):
    """Return the squared distances along the last axis."""
    return sum(ops.square(centre[..., axis] - position[..., axis]) for axis in range(3))


def _rows(values, chosen):
    """Return rows of each slice: values of shape (slices, rows, ...) at chosen, int of shape (slices, chosen)."""
    indices = ops.reshape(chosen, (*ops.shape(chosen), *[1] * (len(values.shape) - 2)))
    return ops.take_along_axis(values, indices, axis=1)
