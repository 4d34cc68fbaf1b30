"""One warm process for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shells import Shells, start_shells


@pytest.fixture(scope="session")
def shells() -> Iterator[Shells]:
    running = start_shells()
    yield running
    running.close()
