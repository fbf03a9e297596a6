"""A network tested while it trains, and taken back to its best state where it has collapsed."""

import dataclasses
import math
import sys

from keras_hep.checkpoint import Checkpoint
from keras_hep.event_batches import event_batches
from keras_hep.training_steps import evaluator


@dataclasses.dataclass(frozen=True)
class Watch:
    """Test a network at the end of every interval of its training, always on the same events.

    The history gets `test_loss` and, for every metric of the training, an entry `test_` and its name; and `recovered`:
    whether the network was taken back. It can be tested on further streams, which decide nothing.

    Args:
        stream: as of the training. Where test events are drawn.
        events: int. Test events.
        collapse: float or None. The network and its optimizer are taken back to the end of the best interval when the
            test loss is more than so many times the one reached there, or not finite. None: never.
        batch_size: int. Test events at once.
        also: dict of str to stream, or None. Further streams, by what takes the place of "test" in the history.

    Raises:
        ValueError: if `collapse` is not above 1 or `events` is below 1.

    Example:

    >>> from keras_hep.simulation.plane_detector import PlaneDetector
    >>> Watch(PlaneDetector(), events=100).collapse
    3.0
    """

    stream: object
    events: int
    collapse: float = 3.0
    batch_size: int = 8
    also: dict = None

    def __post_init__(self):
        if self.collapse is not None and not self.collapse > 1:
            raise ValueError(f"Watch: collapse is a ratio to the best test loss, above 1, got {self.collapse}.")
        if self.events < 1:
            raise ValueError(f"Watch: at least one test event is needed, got events={self.events}.")

    def described(self):
        """Return what decides the course of a training, for its key."""
        return [type(self.stream).__name__, dataclasses.asdict(self)]

    def look(self, evaluate, seed):
        """Return test losses and metrics of a compiled model, dict of float.

        Args:
            evaluate: function as from `keras_hep.training_steps.evaluator` of the model.
            seed: list of int. Of the test events.
        """
        measured = {}
        for kind, stream in {"test": self.stream, **(self.also or {})}.items():
            with event_batches(stream, self.events, self.batch_size, seed) as batches:
                logs = evaluate(batches)
            measured |= {f"{kind}_{name}": float(value) for name, value in logs.items()}
        return measured

    def has_collapsed(self, test_loss, best):
        """Return whether a test loss is that of a network which has lost what it had learnt.

        Example:

        >>> from keras_hep.simulation.plane_detector import PlaneDetector
        >>> watch = Watch(PlaneDetector(), events=100)
        >>> watch.has_collapsed(0.29, best=0.1), watch.has_collapsed(0.31, best=0.1), watch.has_collapsed(9.0, None)
        (False, True, False)
        """
        if self.collapse is None or best is None:
            return False
        return not math.isfinite(test_loss) or test_loss > self.collapse * best


class Recovery:
    """The best state of a training so far, in a file beside its checkpoint.

    Args:
        watch: `Watch`.
        checkpoint: `keras_hep.checkpoint.Checkpoint` of the training.
        seed: list of int. Of the test events.
    """

    def __init__(self, watch, checkpoint, seed):
        self.watch, self.seed = watch, seed
        self._evaluate = None
        self._best = Checkpoint(checkpoint.path.with_suffix(".best.npz"), checkpoint.variables)

    @property
    def takes_back(self):
        """Whether anything counts as a collapse, bool."""
        return self.watch.collapse is not None

    def judge(self, trainer, best):
        """Test the model; keep it if it is the best so far, take it back if it has collapsed.

        Where nothing counts as a collapse, no best state is kept: it would not be used.

        Args:
            trainer: compiled Keras model, always the same.
            best: float or None. Lowest test loss so far.

        Returns:
            (measured, best): dict of float for the history, and the lowest test loss now.
        """
        self._evaluate = self._evaluate or evaluator(trainer)
        measured = self.watch.look(self._evaluate, self.seed)
        loss, recovered = measured["test_loss"], False
        if self.watch.has_collapsed(loss, best):
            recovered = self._best.restore() is not None
            if recovered:
                print(f"  test loss {loss:.5f} against {best:.5f}: back to the best state", file=sys.stderr, flush=True)
        elif math.isfinite(loss) and (best is None or loss < best):
            if self.takes_back:
                self._best.keep({"test_loss": loss})
            best = loss
        return {**measured, "recovered": float(recovered)}, best

    def discard(self):
        """Remove the file."""
        self._best.path.unlink(missing_ok=True)
