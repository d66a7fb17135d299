"""The sampler of the fits against posteriors that are known on paper."""

import numpy as np
import pytest

tempering = pytest.importorskip("tempering")


def linear(seed: int, unknowns: int = 12, data: int = 5, sd: float = 0.3):
    """Make a linear model with normal errors: its posterior and evidence are closed formulas."""
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((data, unknowns))
    y = A @ rng.standard_normal(unknowns) + sd * rng.standard_normal(data)

    def log_likelihood(z):
        return -0.5 * (((y - z @ A.T) / sd) ** 2).sum(axis=1) - data * np.log(sd * np.sqrt(2 * np.pi))

    covariance = np.linalg.inv(np.eye(unknowns) + A.T @ A / sd**2)
    mean = covariance @ A.T @ y / sd**2
    spread = A @ A.T + sd**2 * np.eye(data)
    evidence = -0.5 * (y @ np.linalg.solve(spread, y) + np.linalg.slogdet(2 * np.pi * spread)[1])
    return log_likelihood, mean, covariance, evidence


@pytest.mark.parametrize("seed", [0, 1])
def test_a_cloud_ends_in_the_posterior_and_knows_its_evidence(seed):
    log_likelihood, mean, covariance, evidence = linear(seed)
    cloud = tempering.temper(log_likelihood, mean.size, points=500, seed=seed)
    points = cloud.points.reshape(-1, mean.size)
    sd = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose((points.mean(axis=0) - mean) / sd, 0, atol=0.2)
    np.testing.assert_allclose(points.std(axis=0) / sd, 1, atol=0.15)
    assert cloud.log_evidence == pytest.approx(evidence, abs=1.0)


def test_points_of_an_anchored_cloud_stay_with_their_own_data():
    """Each point has a datum of its own, as every draw of the blood has when effects are fitted."""
    own = np.linspace(-2, 2, 400)

    def log_likelihood(z):
        return -0.5 * ((z[:, 0] - own) / 0.5) ** 2

    cloud = tempering.temper(log_likelihood, 2, points=own.size, seed=3, anchored=True)
    # Prior N(0, 1) and a datum with SD 0.5: mean 0.8 of the datum, SD sqrt(0.2).
    left = cloud.points[:, :, 0].mean(axis=1) - 0.8 * own
    assert abs(left.mean()) < 0.05
    assert (cloud.points[:, :, 0] - 0.8 * own[:, None]).std() == pytest.approx(np.sqrt(0.2), rel=0.05)
    assert cloud.points[:, :, 1].std() == pytest.approx(1, rel=0.1)


def test_what_no_datum_speaks_to_keeps_its_prior():
    log_likelihood, mean, _, _ = linear(2, unknowns=4, data=2)

    def of_the_first_two(z):
        return log_likelihood(np.column_stack([z[:, :2], np.zeros((len(z), 2))]))

    points = tempering.temper(of_the_first_two, mean.size, points=500, seed=5).points.reshape(-1, 4)
    np.testing.assert_allclose(points[:, 2:].std(axis=0), 1, atol=0.12)
    np.testing.assert_allclose(points[:, 2:].mean(axis=0), 0, atol=0.12)
