"""Time slices of reconstructed tracks, drawn from `keras_hep.simulation` or read from files of the authors' format."""

import dataclasses
import pathlib
import re

import numpy as np
import tensorflow_datasets as tfds

from keras_hep.formats.time_slices import read_time_slice
from keras_hep.simulation.spd_slices import SPDSlices
from keras_hep.simulation.trackml_slices import TrackMLSlices

_SPLITS = ("train", "test")
_FEATURES = {
    "hits": {"position": ((None, 3), np.float32)},
    "tracks": {
        "hit_count": ((None,), np.int32),
        "event": ((None,), np.int32),
        "time_left": ((None,), np.float32),  # the files keep no more digits
        "time_right": ((None,), np.float32),
    },
}
_INSTRUCTIONS = """\
The files of time slices, text with the columns x, y, z, track_id, event_id, time_left and time_right, lie in two
folders: train/timeslice_0.csv, train/timeslice_1.csv, ... and test/timeslice_0.csv, ... The authors' own are in the
folders Timeslices of https://github.com/SavelyOm/TrackGANN.
"""


@dataclasses.dataclass(eq=False)
class SlicesConfig(tfds.core.BuilderConfig):
    """One choice of simulation and size.

    Args:
        slices: `SPDSlices` or `TrackMLSlices`; None: time slices are read from the user's own files.
        train: int. Number of time slices of the split.
        test: int.
        seed: int. Every time slice of every split has its own random stream below this seed.
    """

    slices: SPDSlices | TrackMLSlices = None
    train: int = 800
    test: int = 300
    seed: int = 2025

    def of_split(self, split):
        """Return the simulation of a split (str): TrackML-like tracks of the splits are from pools of their own."""
        if isinstance(self.slices, TrackMLSlices):
            return dataclasses.replace(self.slices, pool=self.slices.pool + _SPLITS.index(split))
        return self.slices


def _config(kind, mean_events, resolution, jitter):
    name = {"spd": "SPD", "trackml_like": "TrackML-like"}[kind]
    slices = {"spd": SPDSlices, "trackml_like": TrackMLSlices}[kind]
    times = "intervals of tracks shifted at random" if jitter else "intervals of events, as published"
    return SlicesConfig(
        name=f"{kind}_{mean_events}_r{resolution}{'_jittered' if jitter else ''}",
        slices=slices(mean_events=float(mean_events), resolution=resolution, jitter=jitter),
        description=f"{name} tracks, {mean_events} events on average, time resolution {resolution}, {times}.",
    )


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `event_time_slices`: an example is one time slice."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}  # noqa: RUF012 (the name is TFDS's)
    MANUAL_DOWNLOAD_INSTRUCTIONS = _INSTRUCTIONS
    BUILDER_CONFIGS = [  # noqa: RUF012
        *(
            _config(kind, mean_events, resolution, jitter)
            for jitter, resolutions in ((0.0, range(2, 8)), (1.0, (2, 5)))
            for kind in ("spd", "trackml_like")
            for mean_events in (15, 10)
            for resolution in resolutions
        ),
        SlicesConfig(name="files", description="Time slices of the user's own files."),
    ]

    def __init__(self, *, file_format="array_record", **arguments):
        """Take random access as the default: `as_data_source` reads it from any backend."""
        super().__init__(file_format=file_format, **arguments)

    def _info(self):
        config = self.builder_config
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {"events": np.int32}
                | {
                    table: {name: tfds.features.Tensor(shape=shape, dtype=dtype) for name, (shape, dtype) in of.items()}
                    for table, of in _FEATURES.items()
                }
            ),
            supervised_keys=None,
            homepage="https://github.com/SavelyOm/TrackGANN",
            license="that of the files" if config.slices is None else "Apache-2.0",
            disable_shuffling=True,  # time slices are independent, and so the same at every size
            metadata=tfds.core.MetadataDict(
                simulation=None if config.slices is None else type(config.slices).__name__,
                slices=None if config.slices is None else dataclasses.asdict(config.slices),
                seed=config.seed,
                units={"position": "mm", "time_left, time_right": "length of the time slice"},
            ),
        )

    def _split_generators(self, dl_manager):
        if self.builder_config.slices is not None:
            return {split: self._drawn(split) for split in _SPLITS}
        paths = {split: _paths(dl_manager.manual_dir / split) for split in _SPLITS}
        missing = [split for split in _SPLITS if not paths[split]]
        if missing:
            raise AssertionError(f"{dl_manager.manual_dir / missing[0]} has no file of a time slice.\n{_INSTRUCTIONS}")
        return {split: self._read(paths[split]) for split in _SPLITS}

    def _generate_examples(self):
        raise NotImplementedError("The splits are drawn or read.")

    def _drawn(self, split):
        config = self.builder_config
        slices = config.of_split(split)
        for number in range(getattr(config, split)):
            yield number, _example(slices.slice((config.seed, _SPLITS.index(split), number)))

    def _read(self, paths):
        for number, path in enumerate(paths):
            yield number, _example(read_time_slice(path))


def _paths(folder):
    """Return the .csv files of a folder, in the order of the numbers in their names."""

    def order(path):
        return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name)]

    return sorted(pathlib.Path(folder).glob("*.csv"), key=order)


def _example(time_slice):
    left, right = time_slice.intervals.astype(np.float32).T
    tracks = {"hit_count": time_slice.hit_counts, "event": time_slice.event, "time_left": left, "time_right": right}
    return {"events": time_slice.events, "hits": {"position": time_slice.hits}, "tracks": tracks}
