# SPDX-License-Identifier: Apache-2.0
"""The exchange for Python's clients is the one of the end-to-end tests."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import belay_e2e  # noqa: E402


@pytest.fixture
def new_sim():
    yield from belay_e2e.running_sims()


@pytest.fixture
def sim(new_sim):
    """Ten o'clock in New York on a Monday; AAPL trades at 200."""
    exchange = new_sim(start="2026-03-02T15:00:00Z")
    exchange.price("AAPL", price=200, bid=199.98, ask=200.02)
    return exchange
