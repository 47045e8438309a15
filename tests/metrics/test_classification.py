"""Errors, intervals, confusions and calibration against cases that are worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from softsearch.metrics.classification import calibration, confusion, share, top_error


def test_wilsons_interval_is_the_solution_of_its_equation():
    for count, total in ((0, 10), (3, 10), (10, 10), (870, 10_000)):
        found = share(count, total)
        assert found.low <= found.value <= found.high
        for bound in (found.low, found.high):
            if 1e-9 < bound < 1 - 1e-9:
                z = abs(found.value - bound) / math.sqrt(bound * (1 - bound) / total)
                assert z == pytest.approx(1.96, abs=1e-3)
    assert math.isnan(share(0, 0).value)


def test_the_right_class_is_among_the_likeliest_or_not():
    log_probs = np.log([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.3, 0.3, 0.4]])
    labels = np.array([1, 1, 0])
    assert [top_error(log_probs, labels, k=k).value for k in (1, 2, 3)] == pytest.approx([1, 0, 0])


def test_rows_of_the_confusion_are_what_was_and_columns_what_was_taken_for_it():
    found = confusion(np.array([0, 2, 2, 1]), np.array([0, 1, 1, 1]), classes=3)
    assert found.tolist() == [[1, 0, 0], [0, 1, 2], [0, 0, 0]]


def test_confidence_that_is_right_as_often_as_it_says_is_calibrated():
    random = np.random.default_rng(1)
    confidence = random.uniform(0.5, 1, size=50_000)
    labels = (random.random(50_000) > confidence).astype(int)
    log_probs = np.log(np.stack([confidence, 1 - confidence], axis=1))
    error, bins = calibration(log_probs, labels)
    assert error < 0.02
    assert sum(each.number for each in bins) == 50_000
    boasting = np.log(np.tile([0.99, 0.01], (1_000, 1)))
    error, (only,) = calibration(boasting, np.arange(1_000) % 2)
    assert error == pytest.approx(0.49)
    assert (only.number, only.right) == (1_000, 0.5)


def test_what_is_no_number_is_wrong_and_ties_are_settled_as_by_the_likeliest():
    log_probs = np.log([[0.25, 0.25, 0.25, 0.25], [0.25, 0.25, 0.25, 0.25], [0.1, 0.2, 0.3, 0.4]])
    labels = np.array([0, 1, 3])
    assert top_error(log_probs, labels, k=1).value == pytest.approx((log_probs.argmax(axis=1) != labels).mean())
    assert top_error(np.full((3, 4), np.nan), labels, k=1).value == 1
    assert top_error(np.full((3, 4), np.nan), labels, k=4).value == 1
