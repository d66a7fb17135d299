"""Random numbers that belong to people: the distribution that is asked for, whoever else is drawn."""

import numpy as np
from scipy.special import ndtri

from ketum.chance import Stream


def test_normal_numbers_are_the_quantiles_of_the_uniform_ones():
    stream = Stream(5, 10_000)
    np.testing.assert_allclose(stream.normal("people", "x"), ndtri(stream.uniform("people", "x")), rtol=1e-12)


def test_a_persons_number_does_not_depend_on_the_crowd():
    whole = Stream(5, 100).normal("people", "x")
    np.testing.assert_array_equal(Stream(5, 40, first=60).normal("people", "x"), whole[60:])
