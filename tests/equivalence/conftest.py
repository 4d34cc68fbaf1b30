"""One warm process for all tests of this folder, and one with heavy libraries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shells import Shells, start_shells


@pytest.fixture(scope="session")
def shells() -> Iterator[Shells]:
    running = start_shells()
    yield running
    running.close()


@pytest.fixture(scope="session")
def heavy_shells() -> Iterator[Shells]:
    running = start_shells(heavy=True)
    yield running
    running.close()
