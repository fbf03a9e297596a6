"""Events of the BM@N look-alike, drawn from `keras_hep.simulation.bmn`."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds

from keras_hep.simulation.bmn import BMNLike

_SPLITS = ("train", "validation", "test")
_BLOCK_EVENTS = 256  # drawn at once, always in full
_FEATURES = {
    "hits": {**dict.fromkeys(("x", "y", "z"), np.float32), **dict.fromkeys(("station", "track"), np.int32)},
    "tracks": {
        "track": np.int32,
        **dict.fromkeys(("pt", "theta", "phi"), np.float32),
        "charge": np.int32,
        **dict.fromkeys(("vx", "vy", "vz"), np.float32),
        **dict.fromkeys(("primary", "reconstructable"), np.bool_),
    },
}


@dataclasses.dataclass(eq=False)
class BMNConfig(tfds.core.BuilderConfig):
    """One choice of simulation and size.

    Args:
        simulation: `BMNLike`.
        train: int. Number of events of the split.
        validation: int.
        test: int.
        seed: int. Every block of events of every split has its own random stream below this seed.
    """

    simulation: BMNLike = BMNLike()  # noqa: RUF009 (frozen)
    train: int = 16_000
    validation: int = 2_000
    test: int = 2_000
    seed: int = 2024


def _config(data, percent):
    wanted = {"easy": "four hits and none missing", "hard": "four hits, one of them on station 0"}[data]
    return BMNConfig(
        name=f"{data}_{percent}",
        simulation=BMNLike(data=data, fakes=f"fakes{percent}"),
        description=f"BM@N look-alike: {percent} % of the hits are fake; tracks to find have at least {wanted}.",
    )


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `bmn_like`: an example is one event."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}  # noqa: RUF012 (the name is TFDS's)
    BUILDER_CONFIGS = [  # noqa: RUF012
        _config(data, percent) for data in ("easy", "hard") for percent in (68, 76)
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
            homepage="https://github.com/t3hseus/tracknet",
            license="Apache-2.0",
            disable_shuffling=True,  # events are independent, and so the same at every size
            metadata=tfds.core.MetadataDict(
                simulation=dataclasses.asdict(self.builder_config.simulation),
                seed=self.builder_config.seed,
                units={"x, y, z, vx, vy, vz": "mm", "pt": "GeV", "theta, phi": "radian", "charge": "e"},
            ),
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # nothing is downloaded
        return {split: self._generate_examples(split) for split in _SPLITS}

    def _generate_examples(self, split):
        config = self.builder_config
        size = getattr(config, split)
        for block, start in enumerate(range(0, size, _BLOCK_EVENTS)):
            events = config.simulation.events(_BLOCK_EVENTS, (config.seed, _SPLITS.index(split), block))
            for number, event in enumerate(events[: size - start], start):
                yield number, _example(event)


def _example(event):
    tables = {"hits": event.hits, "tracks": event.tracks}
    return {table: {name: tables[table][name] for name in dtypes} for table, dtypes in _FEATURES.items()}
