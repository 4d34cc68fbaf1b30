"""Which entries of a log are lines of it."""

from nbflow.remote import logs

SOURCES = [
    {"event": "::group::Log message source details", "sources": ["/logs/a.log"]},
    {"event": "Could not read served logs: connection refused"},
    {"event": "::endgroup::"},
]
OWN = [{"event": "::group::Pre Execute"}, {"event": "::endgroup::"}, {"event": "hello"}]


def test_where_airflow_looked_for_a_log_is_no_line_of_it():
    assert [*logs.lines([*SOURCES, *OWN])] == OWN
    assert [*logs.lines(OWN)] == OWN


def test_logs_of_plain_text_are_read_too():
    assert [*logs.lines(["::group::Log message source details", "x", "::endgroup::", "y"])] == ["y"]


def test_a_group_without_an_end_hides_only_what_is_in_it():
    assert [*logs.lines([*OWN, *SOURCES[:2]])] == OWN
