"""How alike two samples are: histograms, mean vectors, correlations, and points among their nearest neighbours."""

import dataclasses

import numpy as np
from scipy import spatial, stats


@dataclasses.dataclass(frozen=True)
class SeparationPower:
    """Separation of two histograms. Made by `separation_power`.

    Attributes:
        value: float. 0 for histograms of the same shape, 1 for two without a common bin.
        error: float. Standard error, from the counts.
        by_chance: float. What two samples of one law have on average, since counts fluctuate.
    """

    value: float
    error: float
    by_chance: float


def separation_power(first, second, edges):
    """Return the separation 1/2 sum (p - q)^2 / (p + q) of two normalised histograms p and q.

    Args:
        first: float array, shape (sample,).
        second: float array, shape (other sample,).
        edges: float array, shape (bins + 1,). Values outside are left out.

    Returns:
        `SeparationPower`.

    Raises:
        ValueError: if a sample has no value between the edges.

    Reference: A. Hoecker et al., TMVA users guide, arXiv:physics/0703039, Section 3.1.1.

    Example:

    >>> separation_power([0.1, 0.2], [0.1, 1.5, 1.6, 1.7], edges=[0, 1, 2]).value
    0.6
    """
    counts = [np.histogram(values, edges)[0] for values in (first, second)]
    totals = [count.sum() for count in counts]
    _require(min(totals) > 0, "both samples need values between the edges", totals)
    filled = counts[0] + counts[1] > 0
    p, q = (count[filled] / total for count, total in zip(counts, totals, strict=True))
    variance = 0.0
    for one, other, total in ((p, q, totals[0]), (q, p, totals[1])):
        slope = (one - other) * (one + 3 * other) / (2 * (one + other) ** 2)
        variance += (np.sum(slope**2 * one) - np.sum(slope * one) ** 2) / total
    shared = (counts[0] + counts[1])[filled] / sum(totals)
    by_chance = np.sum(1 - shared) / 4 * sum(1 / total for total in totals)
    value = np.sum((p - q) ** 2 / (p + q)) / 2
    return SeparationPower(float(value), float(np.sqrt(max(variance, 0.0))), float(by_chance))


@dataclasses.dataclass(frozen=True)
class ChiSquared:
    """A chi-squared, its degrees of freedom and the probability of a larger one by chance.

    Attributes:
        value: float.
        degrees: int.
    """

    value: float
    degrees: int

    @property
    def probability(self):
        """Probability of a larger value by chance, float; 1 without degrees of freedom."""
        return float(stats.chi2.sf(self.value, self.degrees)) if self.degrees else 1.0


def histogram_chi2(first, second, edges):
    """Return the chi-squared of two histograms having the same shape.

    Args:
        first: float array, shape (sample,).
        second: float array, shape (other sample,).
        edges: float array, shape (bins + 1,). Bins should hold ten values or more; empty ones are left out.

    Returns:
        `ChiSquared`.

    Raises:
        ValueError: if a sample has no value between the edges.

    Reference: N. Gagunashvili, arXiv:physics/0605123, for histograms of unweighted values.

    Example:

    >>> chi2 = histogram_chi2([0.5] * 10 + [1.5] * 30, [0.5] * 30 + [1.5] * 10, edges=[0, 1, 2])
    >>> chi2.value, chi2.degrees
    (20.0, 1)
    """
    one, other = (np.histogram(values, edges)[0].astype(float) for values in (first, second))
    _require(min(one.sum(), other.sum()) > 0, "both samples need values between the edges", (one.sum(), other.sum()))
    filled = one + other > 0
    one, other = one[filled], other[filled]
    ratio = np.sqrt(other.sum() / one.sum())
    return ChiSquared(float(np.sum((ratio * one - other / ratio) ** 2 / (one + other))), len(one) - 1)


def mean_chi2(first, second):
    """Return the chi-squared of two samples of vectors having the same mean, correlations within a vector included.

    Args:
        first: float array, shape (sample, components). Profiles of showers, say; several times more than components.
        second: float array, shape (other sample, components).

    Returns:
        `ChiSquared`. Combinations of components that do not vary in either sample do not count.

    Raises:
        ValueError: if components differ in number, or a sample has fewer than two vectors.

    Reference: the two-sample statistic of H. Hotelling, Ann. Math. Statist. 2 (1931) 360, for large samples.

    Example:

    >>> chi2 = mean_chi2([[0.0, 5.0], [2.0, 5.0]], [[3.0, 5.0], [5.0, 5.0]])
    >>> round(chi2.value, 3), chi2.degrees
    (4.5, 1)
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    _require(first.shape[1:] == second.shape[1:], f"vectors must have shape {first.shape[1:]}", second.shape[1:])
    _require(min(len(first), len(second)) > 1, "both samples need two vectors", (len(first), len(second)))
    covariance = sum(np.atleast_2d(np.cov(one, rowvar=False)) / len(one) for one in (first, second))
    spread = np.sqrt(np.diag(covariance))
    varying = spread > 0
    difference = (first.mean(axis=0) - second.mean(axis=0))[varying] / spread[varying]
    values, vectors = np.linalg.eigh(covariance[np.ix_(varying, varying)] / np.outer(spread[varying], spread[varying]))
    kept = values > 1e-9 * max(values.max(initial=0.0), 1e-300)
    return ChiSquared(float(np.sum((difference @ vectors[:, kept]) ** 2 / values[kept])), int(kept.sum()))


def correlation_differences(first, second):
    """Compare the correlations between features in two samples.

    Args:
        first: float array, shape (sample, features). Every feature varies.
        second: float array, shape (other sample, features).

    Returns:
        (correlations, other correlations, pulls): float arrays of shape (features, features). Pulls are differences in
        standard errors after Fisher's transformation, 0 on the diagonal.

    Raises:
        ValueError: if features differ in number, or a sample has fewer than five rows.

    Example:

    >>> one, other, pulls = correlation_differences(np.eye(6)[:, :2], -np.eye(6)[:, :2])
    >>> one.round(2).tolist(), pulls.tolist()
    ([[1.0, -0.2], [-0.2, 1.0]], [[0.0, 0.0], [0.0, 0.0]])
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    _require(first.shape[1:] == second.shape[1:], f"rows must have shape {first.shape[1:]}", second.shape[1:])
    _require(min(len(first), len(second)) > 4, "both samples need five rows", (len(first), len(second)))
    one, other = (np.atleast_2d(np.corrcoef(sample, rowvar=False)) for sample in (first, second))
    limit = 1 - 1e-12
    transformed = [np.arctanh(np.clip(matrix, -limit, limit)) for matrix in (one, other)]
    pulls = (transformed[0] - transformed[1]) / np.sqrt(1 / (len(first) - 3) + 1 / (len(second) - 3))
    np.fill_diagonal(pulls, 0.0)
    return one, other, pulls


def nearest_distances(points, references, neighbour=1):
    """Return the distance of each point to its nearest reference, features in units of the references' deviations.

    Args:
        points: float array, shape (points, features).
        references: float array, shape (references, features).
        neighbour: int. 1: the nearest, 2: the one after it, ...

    Returns:
        float array, shape (points,).

    Raises:
        ValueError: if there are fewer references than `neighbour`.

    Example:

    >>> nearest_distances([[0.0], [5.0]], [[1.0], [3.0]]).tolist()
    [1.0, 2.0]
    """
    references = np.asarray(references, np.float64)
    _require(len(references) >= neighbour, f"at least {neighbour} references are needed", len(references))
    scale = _scale(references)
    distances, _ = spatial.cKDTree(references / scale).query(np.asarray(points, np.float64) / scale, [neighbour])
    return distances[:, 0]


def training_affinity(generated, training, held_out):
    """Return how often a generated point lies nearer to the training sample than to an unseen one, and its error.

    Args:
        generated: float array, shape (points, features).
        training: float array, shape (references, features). What the generator was trained on.
        held_out: float array of the same shape. From the same law, not trained on.

    Returns:
        (fraction, error): floats. 0.5 for a generator that has learned the law; 1 for one that repeats its training
        sample.

    Raises:
        ValueError: if the two samples differ in size.

    Example:

    >>> fraction, error = training_affinity([[0.1], [1.1], [2.1], [2.9]], [[0.0], [1.0], [2.0]], [[0.5], [1.5], [3.0]])
    >>> fraction, round(error, 2)
    (0.75, 0.24)
    """
    training, held_out = np.asarray(training, np.float64), np.asarray(held_out, np.float64)
    _require(training.shape == held_out.shape, f"held_out must have the shape {training.shape}", held_out.shape)
    scale = _scale(np.concatenate([training, held_out]))
    generated = np.asarray(generated, np.float64) / scale
    seen, unseen = (spatial.cKDTree(sample / scale).query(generated)[0] for sample in (training, held_out))
    fraction = float(np.mean((seen < unseen) + 0.5 * (seen == unseen)))
    smoothed = (fraction * len(generated) + 1) / (len(generated) + 2)
    return fraction, float(np.sqrt(smoothed * (1 - smoothed) / len(generated)))


def coverage(true, generated, neighbours=5):
    """Return the fraction of true points with a generated one among their nearest neighbours: below it, modes miss.

    Args:
        true: float array, shape (points, features).
        generated: float array, shape (other points, features).
        neighbours: int. A generated point must be no further away than so many of the other true ones.

    Returns:
        (fraction, error, expected): floats, the last one for samples of one law.

    Raises:
        ValueError: if there are not more true points than `neighbours`.

    Reference: M. F. Naeem et al., ICML 2020, arXiv:2002.09797, equation 6.

    Example:

    >>> true = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> fraction, error, expected = coverage(true, [[0.4], [0.6], [0.5], [0.7]], neighbours=1)
    >>> fraction, round(expected, 3)
    (0.5, 0.571)
    """
    true, generated = np.asarray(true, np.float64), np.asarray(generated, np.float64)
    _require(len(true) > neighbours, f"more than {neighbours} true points are needed", len(true))
    scale = _scale(true)
    reach, _ = spatial.cKDTree(true / scale).query(true / scale, [neighbours + 1])  # the first is the point itself
    nearest, _ = spatial.cKDTree(generated / scale).query(true / scale)
    fraction = float(np.mean(nearest <= reach[:, 0]))
    others, made = len(true) - 1, len(generated)
    missed = np.prod([(others - number) / (others + made - number) for number in range(neighbours)])
    smoothed = (fraction * len(true) + 1) / (len(true) + 2)
    return fraction, float(np.sqrt(smoothed * (1 - smoothed) / len(true))), float(1 - missed)


def _scale(references):
    """Return the deviation of each feature, 1 where it does not vary."""
    deviation = references.std(axis=0)
    return np.where(deviation > 0, deviation, 1.0)


def _require(holds, rule, value):
    if not holds:
        raise ValueError(f"Comparison of samples: {rule}, got {value}.")
