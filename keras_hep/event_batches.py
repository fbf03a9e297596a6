"""Batches of events drawn ahead while a network trains."""

import concurrent.futures
import contextlib
import os

import numpy as np


@contextlib.contextmanager
def event_batches(stream, events, batch_size, seed, threads=None):
    """Open a Keras data set whose batches are drawn by threads of its own, ahead of their use.

    Every batch has its own seed, so that neither the number of threads nor their order changes what is drawn.

    Args:
        stream: object with `batch(events, seed)` that returns a tuple of arrays, the inputs first; these may be a dict.
        events: int.
        batch_size: int. The last batch holds what is left.
        seed: list of int. The batch's number is appended to it.
        threads: int or None. None: as many as are good for the backend in use. 0: each batch when it is asked for.

    Yields:
        `keras.utils.PyDataset` of inputs (as float32, unless they are a dict) and the other arrays as they are.
    """
    import keras

    threads = _threads(keras.backend.backend()) if threads is None else threads
    number_of_batches = -(-events // batch_size)

    def draw(number):
        size = min(batch_size, events - number * batch_size)
        inputs, *targets = stream.batch(size, [*seed, number])
        return inputs if isinstance(inputs, dict) else inputs.astype(np.float32), *targets

    class Batches(keras.utils.PyDataset):
        def __init__(self, pool):
            super().__init__()
            self._pool, self._drawn = pool, {}

        def __len__(self):
            return number_of_batches

        def __getitem__(self, number):
            if not threads:
                return draw(number)
            for ahead in range(number, min(number + 2 * threads, number_of_batches)):
                if ahead not in self._drawn:
                    self._drawn[ahead] = self._pool.submit(draw, ahead)
            return self._drawn.pop(number).result()

    with concurrent.futures.ThreadPoolExecutor(max(threads, 1)) as pool:
        yield Batches(pool)
        pool.shutdown(cancel_futures=True)


def _threads(backend):
    # TensorFlow's own input pipeline draws ahead; under JAX the network would wait for each batch.
    return min(4, os.cpu_count() or 1) if backend == "jax" else 0
