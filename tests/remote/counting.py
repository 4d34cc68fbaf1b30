"""A connection to Airflow that keeps what is asked through it."""

from __future__ import annotations

from nbflow.remote.connection import Connection


class Counted(Connection):
    """As signed in as another connection; the path of each request is appended to a list."""

    def __init__(self, other, asked):
        super().__init__(other.url, other.token, other.user, other.password)
        self.asked = asked

    def _ask(self, request):
        self.asked.append(request.path)
        return super()._ask(request)
