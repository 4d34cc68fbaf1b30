"""Parts of some work in the order of what they need, and places that several loops share."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from nbflow.host.branches import Branches
from nbflow.host.interruptions import Stop
from nbflow.host.places import Places

DIAMOND = {"a": (), "left": ("a",), "right": ("a",), "last": ("left", "right")}


def complete(needs, work, *, workers=2, stop=lambda: None, here=()):
    """Do it all within seconds, or say that it does not end."""
    Branches(needs, work, workers=workers, stop=stop, here=here).complete()


def test_what_does_not_depend_on_each_other_is_done_at_once():
    both, done = threading.Barrier(2), []

    def work(name):
        if name in {"left", "right"}:
            both.wait(timeout=120)
        done.append(name)

    complete(DIAMOND, work)
    assert done[0], done[-1] == ("a", "last")
    assert set(done) == set(DIAMOND)


def test_one_worker_does_it_in_the_order_of_the_names():
    done = []
    needs = {"a": (), "behind_a": ("a",), "c": (), "behind_c": ("c",)}
    complete(needs, done.append, workers=1)
    assert done == [*needs]


def test_what_is_for_the_calling_thread_is_done_there_one_by_one_beside_the_others():
    where, answered = {}, threading.Event()

    def work(name):
        where[name] = threading.current_thread() is threading.main_thread()
        if name == "ask":
            assert answered.wait(timeout=120)  # by what goes on meanwhile
        if name == "behind":
            answered.set()

    needs = {"ask": (), "other": (), "behind": ("other",), "again": ("ask",)}
    complete(needs, work, workers=1, here=["ask", "again"])
    assert where == {"ask": True, "other": False, "behind": False, "again": True}


def test_a_failure_stops_what_goes_and_begins_nothing_more():
    stopped, done = threading.Event(), []

    def work(name):
        if name == "left":
            raise ValueError(name)
        if name == "right":
            assert stopped.wait(timeout=120)
        done.append(name)

    with pytest.raises(ValueError, match="left"):
        complete(DIAMOND, work, stop=stopped.set)
    assert done == ["a", "right"]


def test_an_interrupt_of_the_calling_thread_waits_for_what_goes_on():
    stopped, done = threading.Event(), []

    def work(name):
        if name == "ask":
            raise KeyboardInterrupt
        assert stopped.wait(timeout=120)
        time.sleep(0.1)
        done.append(name)

    with pytest.raises(KeyboardInterrupt):
        complete({"other": (), "ask": (), "last": ("other",)}, work, stop=stopped.set, here=["ask"])
    assert done == ["other"]


def test_nothing_to_do_is_done():
    complete({}, pytest.fail)


def test_places_are_shared_by_loops_in_several_threads():
    places, lock, now, most = Places(2), threading.Lock(), [], []

    async def step():
        async with places:
            with lock:
                now.append(1)
                most.append(len(now))
            await asyncio.sleep(0.002)
            with lock:
                now.pop()

    async def steps():
        await asyncio.gather(*(step() for _ in range(25)))

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(asyncio.run, steps()) for _ in range(4)]:
            future.result(timeout=60)
    assert (len(most), max(most)) == (100, 2)


def test_a_place_that_nobody_waits_for_any_longer_is_for_others():
    async def wait():
        places = Places(1)
        async with places:
            waiting = [asyncio.ensure_future(places.__aenter__()) for _ in range(3)]
            await asyncio.sleep(0)
            waiting[0].cancel()
        waiting[1].cancel()  # just as it is given the place
        await asyncio.wait(waiting, timeout=10)
        return [one.done() and not one.cancelled() for one in waiting]

    assert asyncio.run(wait()) == [False, False, True]


def test_who_asks_for_a_stop_twice_is_heeded_once():
    stop, told = Stop(), []
    with stop.heeded(lambda: told.append(1)):
        stop.ask()
        stop.ask()
    assert told == [1]
