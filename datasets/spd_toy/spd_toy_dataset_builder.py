"""Time slices of the toy of the Spin Physics Detector, drawn from `keras_hep.simulation.spd`."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds

from keras_hep.simulation.spd import SPDToy

_SPLITS = ("train", "validation", "test")
_FEATURES = {
    "hits": {**dict.fromkeys(("x", "y", "z"), np.float32), **dict.fromkeys(("station", "track", "event"), np.int32)},
    "tracks": {
        "track": np.int32,
        **dict.fromkeys(("pt", "theta", "phi"), np.float32),
        "charge": np.int32,
        **dict.fromkeys(("vx", "vy", "vz"), np.float32),
        "event": np.int32,
    },
}


@dataclasses.dataclass(eq=False)
class SPDConfig(tfds.core.BuilderConfig):
    """One choice of simulation and size.

    Args:
        toy: `SPDToy`.
        train: int. Number of time slices of the split.
        validation: int.
        test: int.
        seed: int. Every time slice of every split has its own random stream below this seed.
    """

    toy: SPDToy = SPDToy()  # noqa: RUF009 (frozen)
    train: int = 600
    validation: int = 100
    test: int = 200
    seed: int = 2024


def _config(percent, corrected):
    choices = {"vertex": "exact", "smearing": "azimuthal"} if corrected else {}
    described = "vertices displaced from the axis, shifts along the cylinders" if corrected else "as published"
    return SPDConfig(
        name=f"{'corrected_' if corrected else ''}efficiency_{percent}",
        toy=SPDToy(efficiency=percent / 100, **choices),
        description=f"Stations with an efficiency of {percent} %, {described}.",
    )


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `spd_toy`: an example is one time slice."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}  # noqa: RUF012 (the name is TFDS's)
    BUILDER_CONFIGS = [  # noqa: RUF012
        _config(percent, corrected) for corrected in (False, True) for percent in (100, 99, 98)
    ]

    def __init__(self, *, file_format="array_record", **arguments):
        """Take random access as the default: `as_data_source` reads it from any backend."""
        super().__init__(file_format=file_format, **arguments)

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    table: {name: tfds.features.Tensor(shape=(None,), dtype=dtype) for name, dtype in dtypes.items()}
                    for table, dtypes in _FEATURES.items()
                }
            ),
            supervised_keys=None,
            homepage="https://github.com/t3hseus/ariadne",
            license="Apache-2.0",
            disable_shuffling=True,  # time slices are independent, and so the same at every size
            metadata=tfds.core.MetadataDict(
                toy=dataclasses.asdict(self.builder_config.toy),
                seed=self.builder_config.seed,
                units={"x, y, z, vx, vy, vz": "mm", "pt": "GeV", "theta, phi": "radian", "charge": "e"},
            ),
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # nothing is downloaded
        return {split: self._generate_examples(split) for split in _SPLITS}

    def _generate_examples(self, split):
        config = self.builder_config
        for number in range(getattr(config, split)):
            time_slice = config.toy.event((config.seed, _SPLITS.index(split), number))
            yield number, {"hits": time_slice.hits, "tracks": time_slice.tracks}
