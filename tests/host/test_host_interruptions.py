"""A stop that another thread asks for."""

from nbflow.host import Stop


def test_who_asks_while_the_run_goes_is_heard_at_once():
    stop, heard = Stop(), []
    with stop.heeded(lambda: heard.append("stop")):
        assert heard == []
        stop.ask()
    assert heard == ["stop"]


def test_who_asks_before_the_run_begins_is_heard_when_it_does():
    stop, heard = Stop(), []
    stop.ask()
    with stop.heeded(lambda: heard.append("stop")):
        assert heard == ["stop"]


def test_who_asks_when_the_run_has_ended_changes_nothing():
    stop, heard = Stop(), []
    with stop.heeded(lambda: heard.append("stop")):
        pass
    stop.ask()
    assert heard == []


def test_a_loop_that_has_ended_meanwhile_is_no_error():
    stop = Stop()

    def closed():
        raise RuntimeError("Event loop is closed")

    with stop.heeded(closed):
        stop.ask()
