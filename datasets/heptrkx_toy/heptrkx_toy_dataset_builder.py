"""Straight tracks in a toy pixel detector, drawn from `keras_hep.simulation.plane_detector`."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds

from keras_hep.simulation.plane_detector import PlaneDetector

_SPLITS = ("train", "validation", "test")
_BLOCK_CELLS = 10_000_000  # pixels drawn at once: 10 MB


@dataclasses.dataclass(eq=False)
class ToyConfig(tfds.core.BuilderConfig):
    """One choice of detector, background and size.

    Args:
        detector: `PlaneDetector`.
        train: int. Number of events of the split.
        validation: int.
        test: int.
        seed: int. Every split, and every block of events in it, has its own random stream below this seed.
    """

    detector: PlaneDetector = PlaneDetector()  # noqa: RUF009 (frozen)
    train: int = 102_400
    validation: int = 10_240
    test: int = 10_240
    seed: int = 2017


def _planes_3d(mean):
    detector = PlaneDetector(
        layers=10, pixels=50, dimensions=3, seed_layers=3, background=mean, background_law="poisson"
    )
    description = f"10 planes of 50 x 50 pixels, Poisson background with a mean of {mean} tracks."
    return ToyConfig(name=f"tracks_3d_mu{mean}", detector=detector, description=description)


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `heptrkx_toy`: an example is one event, stored as coordinates."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}  # noqa: RUF012 (the name is TFDS's)
    BUILDER_CONFIGS = [  # noqa: RUF012
        ToyConfig(
            name="tracks_2d",
            detector=PlaneDetector(),
            description="50 planes of 50 pixels, five background tracks.",
        ),
        ToyConfig(
            name="noise_2d",
            detector=PlaneDetector(background=0, noise=0.2),
            description="50 planes of 50 pixels, no background track, every fifth pixel fires by itself.",
        ),
        ToyConfig(
            name="tracks_2d_48",
            detector=PlaneDetector(layers=48, pixels=48),
            description="48 planes of 48 pixels, five background tracks.",
        ),
        ToyConfig(
            name="wedge_2d",
            detector=PlaneDetector(layers=48, pixels=48, wedge=True),
            description="48 planes cut to a wedge of 2 to 48 pixels, five background tracks.",
        ),
        *[_planes_3d(mean) for mean in (1, 3, 10, 30, 100)],
    ]

    def __init__(self, *, file_format="array_record", **arguments):
        """Take random access as the default: `as_data_source` reads it from any backend."""
        super().__init__(file_format=file_format, **arguments)

    def _info(self):
        detector = self.builder_config.detector
        axes = detector.dimensions - 1
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "hits": tfds.features.Tensor(shape=(None, 1 + axes), dtype=np.int16),
                    "signal": tfds.features.Tensor(shape=(detector.layers, axes), dtype=np.int16),
                    "entry": tfds.features.Tensor(shape=(axes,), dtype=np.float32),
                    "slope": tfds.features.Tensor(shape=(axes,), dtype=np.float32),
                    "background_tracks": np.int32,
                }
            ),
            supervised_keys=None,
            homepage="https://doi.org/10.1051/epjconf/201715000003",
            license="Apache-2.0",
            disable_shuffling=True,  # events are independent, and so block by block the same at every size
            metadata=tfds.core.MetadataDict(
                detector=dataclasses.asdict(detector),
                seed=self.builder_config.seed,
                units={"hits": "pixel", "signal": "pixel", "entry": "pixel", "slope": "pixel per layer"},
            ),
        )

    def _split_generators(self, dl_manager):
        del dl_manager  # nothing is downloaded
        return {split: self._generate_examples(split) for split in _SPLITS}

    def _generate_examples(self, split):
        config = self.builder_config
        detector, events = config.detector, getattr(config, split)
        block = max(1, _BLOCK_CELLS // (detector.layers * detector.classes))
        for number, start in enumerate(range(0, events, block)):
            size = min(block, events - start)
            sample = detector.sample(size, seed=(config.seed, _SPLITS.index(split), number))
            yield from zip(range(start, start + size), _examples(sample), strict=True)


def _examples(sample):
    """Yield the examples of `PlaneEvents`, one dict of arrays per event."""
    event, *coordinates = np.nonzero(sample.images())
    hits = np.stack(coordinates, axis=1).astype(np.int16)
    ends = np.searchsorted(event, np.arange(1, len(sample.signal)))
    columns = zip(
        np.split(hits, ends), sample.signal, sample.entry, sample.slope, sample.background_counts(), strict=True
    )
    for of_event, signal, entry, slope, tracks in columns:
        yield {
            "hits": of_event,
            "signal": signal,
            "entry": entry,
            "slope": slope,
            "background_tracks": int(tracks),
        }
