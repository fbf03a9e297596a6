"""Events of the TrackML challenge, read from the user's own download by `keras_hep.formats.trackml`."""

import dataclasses
import logging

import numpy as np
import tensorflow_datasets as tfds

from keras_hep.formats import trackml_downloads
from keras_hep.formats.trackml import COLUMNS, hits_with_truth
from keras_hep.formats.trackml_known_events import EVENT_1000
from keras_hep.graphs.record_columns import to_example
from keras_hep.graphs.segments import BARREL_VOLUMES, barrel_hits, segment_graph

_PAGE = "https://www.kaggle.com/c/trackml-particle-identification"
_PIXEL_VOLUMES = (7, 8, 9)
_TABLES = {  # as stored: what all training events have
    "hits": COLUMNS["hits"],
    "particles": {name: dtype for name, dtype in COLUMNS["particles"].items() if name != "particle_type"},
    "truth": COLUMNS["truth"],
}
_SPLIT_OF_LAST_DIGIT = (*["train"] * 8, "validation", "test")
_UNITS = {"x, y, z, vx, vy, vz, tx, ty, tz, position": "mm", "px, py, pz, tpx, tpy, tpz": "GeV"}
_INSTRUCTIONS = f"""\
The training events of the TrackML challenge come from its page on Kaggle, {_PAGE}/data, after accepting its rules
there, which are also the licence. Take train_sample.zip (the 100 events 1000 to 1099) or train_1.zip to train_5.zip
(8,850 events), unpacked or as they are: files event000001000-hits.csv, -particles.csv and -truth.csv (or .csv.gz).
Those of event 1000 have these bytes and SHA-256:
""" + "\n".join(f"  event000001000-{part}.csv {EVENT_1000[part][0]:,} {EVENT_1000[part][1]}" for part in _TABLES)


@dataclasses.dataclass(eq=False)
class TrackMLConfig(tfds.core.BuilderConfig):
    """One choice of hits, as tables or as a graph.

    Args:
        volumes: tuple of int or None. Volumes of the detector whose hits are kept; None: all.
        pt_min: float or None. In GeV: particles above this transverse momentum are kept, and their hits, without
            noise; None: all particles and noise.
        segments: bool. Store the graph of `keras_hep.graphs.segments.segment_graph` instead of tables.
        z_limit: float. In mm, of graphs: hits strictly between -z_limit and z_limit.
        segment_phi_limit: float. In radian, of graphs: greatest difference of azimuths along a segment.
        segment_z_limit: float. In mm, of graphs: greatest difference of z along a segment.
    """

    volumes: tuple = None
    pt_min: float = None
    segments: bool = False
    z_limit: float = 50.0
    segment_phi_limit: float = 0.5
    segment_z_limit: float = 20.0


class Builder(tfds.core.GeneratorBasedBuilder):
    """Builder of `trackml`: an example is one event."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}  # noqa: RUF012 (the name is TFDS's)
    MANUAL_DOWNLOAD_INSTRUCTIONS = _INSTRUCTIONS
    BUILDER_CONFIGS = [  # noqa: RUF012
        TrackMLConfig(name="full", description="All hits."),
        TrackMLConfig(name="barrel", volumes=BARREL_VOLUMES, description="Hits of the barrel, volumes 8, 13 and 17."),
        TrackMLConfig(
            name="pixel", volumes=_PIXEL_VOLUMES, description="Hits of the pixel detector, volumes 7, 8 and 9."
        ),
        TrackMLConfig(
            name="barrel_pt1",
            volumes=BARREL_VOLUMES,
            pt_min=1.0,
            description="Hits of the barrel of particles with a transverse momentum above 1 GeV, without noise.",
        ),
        TrackMLConfig(
            name="segments_barrel_z50",
            volumes=BARREL_VOLUMES,
            segments=True,
            description="Graph of candidate segments between barrel hits with |z| < 50 mm.",
        ),
        TrackMLConfig(
            name="segments_barrel_z50_pt1",
            volumes=BARREL_VOLUMES,
            pt_min=1.0,
            segments=True,
            description="The same of the particles with a transverse momentum above 1 GeV, without noise.",
        ),
    ]

    def __init__(self, *, file_format="array_record", **arguments):
        """Take random access as the default: `as_data_source` reads it from any backend."""
        super().__init__(file_format=file_format, **arguments)

    def _info(self):
        config = self.builder_config
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(_graph_features() if config.segments else _table_features()),
            supervised_keys=None,
            homepage=_PAGE,
            license=f"the rules of the challenge, {_PAGE}/rules",
            disable_shuffling=True,  # events are independent; their order is that of their ids
            metadata=tfds.core.MetadataDict(
                selection={
                    field.name: getattr(config, field.name)
                    for field in dataclasses.fields(TrackMLConfig)
                    if field.name not in {field.name for field in dataclasses.fields(tfds.core.BuilderConfig)}
                },
                split_of_last_digit_of_event_id=list(_SPLIT_OF_LAST_DIGIT),
                units=_UNITS,
            ),
        )

    def _split_generators(self, dl_manager):
        events = list(trackml_downloads.find_events(dl_manager.manual_dir).values())
        if not events:
            raise AssertionError(f"{dl_manager.manual_dir} has no event with truth.\n{_INSTRUCTIONS}")
        _warn_of_another_event_1000(events)
        splits = {split: [] for split in ("train", "validation", "test")}
        for event in events:
            splits[_SPLIT_OF_LAST_DIGIT[event.event_id % 10]].append(event)
        empty = [split for split in splits if not splits[split]]
        if empty:
            logging.getLogger(__name__).warning(
                "trackml has no split %s: events are sorted by the last digit of their id, 8 into validation, 9 into "
                "test, others into train, and there is none for it.",
                " and ".join(empty),
            )
        return {split: self._generate_examples(chosen) for split, chosen in splits.items() if chosen}

    def _generate_examples(self, events):
        example = _graph_example if self.builder_config.segments else _table_example
        for event in events:
            yield event.event_id, example(event, self.builder_config)


def _table_features():
    columns = {
        table: {name: tfds.features.Tensor(shape=(None,), dtype=np.dtype(dtype)) for name, dtype in dtypes.items()}
        for table, dtypes in _TABLES.items()
    }
    return {"event_id": np.int32, **columns}


def _graph_features():
    """Return features whose flat names are those of TensorFlow GNN's records; graph_schema.pbtxt is their schema."""
    sizes, column = {"shape": (1,), "dtype": np.int32}, {"shape": (None,)}
    hits = {
        "#size": sizes,
        "hit_id": {**column, "dtype": np.int32},
        "position": {"shape": (None, 3), "dtype": np.float32},
        "layer": {**column, "dtype": np.int32},
        "particle_id": {**column, "dtype": np.int64},
    }
    segments = {
        "#size": sizes,
        "#source": {**column, "dtype": np.int32},
        "#target": {**column, "dtype": np.int32},
        "label": {**column, "dtype": np.bool_},
    }
    return {
        "context": {"event_id": tfds.features.Tensor(**sizes)},
        "nodes": {f"hits.{name}": tfds.features.Tensor(**described) for name, described in hits.items()},
        "edges": {f"segments.{name}": tfds.features.Tensor(**described) for name, described in segments.items()},
    }


def _table_example(event, config):
    """Return the tables of one event; the rows of truth are those of hits."""
    joined, particles = _selected(event, config)
    tables = {"hits": joined, "particles": particles, "truth": joined}
    columns = {table: {name: np.asarray(tables[table][name]) for name in dtypes} for table, dtypes in _TABLES.items()}
    return {"event_id": event.event_id, **columns}


def _graph_example(event, config):
    """Return the graph of one event."""
    joined, _ = _selected(event, config)
    hits = barrel_hits(joined, volumes=config.volumes, z_limit=config.z_limit)
    graph = segment_graph(hits, phi_limit=config.segment_phi_limit, z_limit=config.segment_z_limit)
    return {"context": {"event_id": np.array([event.event_id], np.int32)}, **to_example(graph)}


def _selected(event, config):
    """Return the hits of a config beside their truth, and its particles."""
    hits, particles, truth = event.load(tuple(_TABLES))
    joined = hits_with_truth(hits, truth)
    if config.volumes is not None:
        joined = joined[np.isin(joined["volume_id"], config.volumes)]
    if config.pt_min is not None:
        particles = particles[np.hypot(particles["px"], particles["py"]) > config.pt_min]
        joined = joined[np.isin(joined["particle_id"], particles["particle_id"])]
    return joined, particles


def _warn_of_another_event_1000(events):
    """Say it where the event that published numbers were computed on is not what it was."""
    for event in events:
        if event.event_id == 1000:
            found = event.verify_as_event_1000(tuple(_TABLES))
            if not found.genuine:
                logging.getLogger(__name__).warning(
                    "%s: event 1000 is not that of the challenge (%s): its published numbers will not come out.",
                    event.path,
                    found,
                )
