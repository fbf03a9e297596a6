"""Large productions of simulated showers: files of the public form, made side by side by Apache Beam.

From the command line, where what is not listed by `--help` are options of Beam's pipeline, such as `--runner`:

    python -m keras_hep.simulation.shower_production photon DIR --files 40 --angles random --runner FnApiRunner

A file depends on its number alone: any number of workers makes the same showers. It appears under its name when it is
whole; a production that was interrupted goes on where it was. Without Beam, `ShowerProduction(...).write(number)` makes
one file, for instance in each job of a batch system.
"""

import argparse
import dataclasses
import hashlib
import json
import pathlib
import posixpath
import shutil
import tempfile
import uuid

from keras_hep import __version__
from keras_hep.calorimetry.showers import PARTICLES, Showers
from keras_hep.formats.lcd import file_name, provenance_of, write_lcd
from keras_hep.simulation.showers import ANGLES, BLOCK, WINDOWS, ShowerSimulation

_NAMESPACE = "shower_production"


@dataclasses.dataclass(frozen=True)
class ShowerProduction:
    """Files of showers of one simulation.

    Args:
        simulation: `ShowerSimulation`.
        folder: str. A folder that all workers see, or an address that one of Beam's file systems knows ("gs://...").
        files: int. Their names are those of the public files, with the numbers 1, 2, ...; more files of the same seed
            keep the first ones.
        showers_per_file: int. As published, 10,000 for reconstruction and 5,000 for generation.
        seed: int. Files of 1,000, 2,000, ... showers, one behind the other, are the showers that the simulation draws
            with this seed.
        compression: int. Level of gzip, 0 to 9.
        sparse: bool. Store cells once more, without the empty ones, as `write_lcd` does.

    Raises:
        ValueError: if a number is below 1.

    Example:

    >>> production = ShowerProduction(ShowerSimulation("photon", angles="random"), "showers", files=2)
    >>> production.path(2), production.provenance(2)["first_block"]
    ('showers/GammaEscan_RandomAngle_2_1.h5', 10)
    """

    simulation: ShowerSimulation
    folder: str
    files: int
    showers_per_file: int = 10_000
    seed: int = 1
    compression: int = 4
    sparse: bool = False

    def __post_init__(self):
        object.__setattr__(self, "folder", str(self.folder))
        for name in ("files", "showers_per_file"):
            if getattr(self, name) < 1:
                raise ValueError(f"ShowerProduction: {name} must be at least 1, got {getattr(self, name)}.")

    @property
    def config_hash(self):
        """Sixteen hexadecimal digits that stand for the simulation and the showers per file."""
        said = {"simulation": dataclasses.asdict(self.simulation), "showers_per_file": self.showers_per_file}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def path(self, number):
        """Return where the file of a number (int, from 1) is, as str."""
        angles = self.simulation.angles if self.simulation.angles in ANGLES else "random"
        return posixpath.join(self.folder, file_name(self.simulation.particle, angles, number))

    def provenance(self, number):
        """Return what a file says of its origin, dict of attribute to value."""
        return {
            "generator_version": f"keras_hep {__version__}",
            "config_hash": self.config_hash,
            "seed": self.seed,
            "first_block": self._blocks_per_file * (number - 1),
        }

    def showers(self, number):
        """Draw the `Showers` of a file (int, from 1)."""
        first = self._blocks_per_file * (number - 1)
        sizes = [min(BLOCK, self.showers_per_file - BLOCK * block) for block in range(self._blocks_per_file)]
        return Showers.joined([self.simulation.block(self.seed, first + n, size) for n, size in enumerate(sizes)])

    def write(self, number):
        """Make a file, unless it is there.

        Args:
            number: int, from 1.

        Returns:
            str, "written" or "kept".

        Raises:
            ValueError: if there is a whole file of that name, of another production.
            OSError: if the file cannot be written.
        """
        storage = _RemoteStorage() if "://" in self.folder else _LocalStorage()
        path, provenance = self.path(number), self.provenance(number)
        found = storage.provenance_of(path)
        if found is None:
            contents = self.showers(number), self.compression, self.sparse, provenance
            storage.write(path, *contents)
            return "written"
        expected = provenance | {"showers": self.showers_per_file}
        others = {name: found.get(name) for name, value in expected.items() if found.get(name) != value}
        if others:
            wanted = {name: expected[name] for name in others}
            raise ValueError(f"{path}: must be of {wanted}, but a file of {others} is there; choose another folder.")
        return "kept"

    def run(self, options=()):
        """Make all files that are not there.

        Args:
            options: sequence of str. Options of Beam's pipeline, as on its command line; without a runner, Beam first
                looks for its Prism runner on GitHub.

        Returns:
            dict of "written" and "kept" to the number of files; what a runner does not count is 0.

        Raises:
            ModuleNotFoundError: if Beam is not installed.
            Exception: whatever the runner makes of the errors of `write`.
        """
        from apache_beam import Create, Map, Pipeline, Reshuffle
        from apache_beam.metrics import MetricsFilter
        from apache_beam.options.pipeline_options import PipelineOptions

        pipeline = Pipeline(options=PipelineOptions(list(options)))
        numbers = pipeline | "Numbers of files" >> Create(range(1, self.files + 1))
        spread = numbers | "Spread over the workers" >> Reshuffle()
        _ = spread | "Write files" >> Map(self._counted)
        result = pipeline.run()
        result.wait_until_finish()
        counters = result.metrics().query(MetricsFilter().with_namespace(_NAMESPACE))["counters"]
        return {"written": 0, "kept": 0} | {counter.key.metric.name: counter.result for counter in counters}

    @property
    def _blocks_per_file(self):
        return -(-self.showers_per_file // BLOCK)

    def _counted(self, number):
        from apache_beam.metrics import Metrics

        outcome = self.write(number)
        Metrics.counter(_NAMESPACE, outcome).inc()
        return self.path(number), outcome


class _LocalStorage:
    """Folders of this machine, or mounted by it."""

    provenance_of = staticmethod(provenance_of)
    write = staticmethod(write_lcd)


class _RemoteStorage:
    """What Beam's file systems know: files are made here, copied under another name, and renamed."""

    def __init__(self):
        from apache_beam.io.filesystem import CompressionTypes
        from apache_beam.io.filesystems import FileSystems

        self._systems, self._plain = FileSystems, {"compression_type": CompressionTypes.UNCOMPRESSED}

    def provenance_of(self, path):
        if not self._systems.exists(path):
            return None
        with self._systems.open(path, **self._plain) as stream:
            return provenance_of(stream)

    def write(self, path, *contents):
        temporary = f"{path}.{uuid.uuid4().hex}.part"
        with tempfile.TemporaryDirectory() as folder:
            local = pathlib.Path(folder, posixpath.basename(path))
            write_lcd(local, *contents)
            with local.open("rb") as ours, self._systems.create(temporary, **self._plain) as theirs:
                shutil.copyfileobj(ours, theirs)
        if self._systems.exists(path):  # not whole, and some file systems rename onto nothing that is there
            self._systems.delete([path])
        self._systems.rename([temporary], [path])


def main(arguments=None):
    """Run the production that the command line asks for, and say what it made."""
    parser = argparse.ArgumentParser(
        prog="shower_production", description="Makes files of simulated showers; further options are Beam's."
    )
    parser.add_argument("particle", choices=PARTICLES)
    parser.add_argument("folder", help="folder that all workers see, or an address of one of Beam's file systems")
    parser.add_argument("--files", type=int, required=True)
    parser.add_argument("--showers-per-file", type=int, default=10_000)
    parser.add_argument("--window", choices=WINDOWS, default="reconstruction")
    parser.add_argument("--angles", choices=ANGLES, default="fixed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compression", type=int, choices=range(10), default=4, help="level of gzip")
    parser.add_argument("--sparse", action="store_true", help="store cells once more, without the empty ones")
    ours, beams = parser.parse_known_args(arguments)
    simulation = ShowerSimulation(ours.particle, window=ours.window, angles=ours.angles)
    sizes = ours.files, ours.showers_per_file, ours.seed, ours.compression, ours.sparse
    made = ShowerProduction(simulation, ours.folder, *sizes).run(beams)
    print(f"{ours.folder}: {made['written']} files written, {made['kept']} were there.")


if __name__ == "__main__":
    from keras_hep.simulation import shower_production  # workers find the class by the name of its module

    shower_production.main()
