"""Steps as pods on a real cluster: what comes out of them, and where they run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from commands import outputs
from live_steps import HOST, may_shut_out, nothing_but
from nbclient import execute
from nbformat import read

from waiting import until

if TYPE_CHECKING:
    from live_steps import Project

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(900)]


def test_a_run_in_pods_gives_what_the_notebook_gives_in_one_kernel(steps: Project) -> None:
    given = 'name = "a"\nsizes = [1, 2]'
    awkward = "O'Brien $(HOME) $$ {{ x }}"
    cells = [
        ("parameters", given),
        ("imports", "import pickle\n\n\nclass Box:\n    held = None"),
        ("step:make", "box = Box()\nbox.held = [*sizes]\nopen('note.txt', 'w').write(name)"),
        ("step:left", "left = [2 * each for each in box.held]\nleft"),
        ("step:right", "right = sum(box.held)\nright"),
        ("step:join", "print(left, right, isinstance(box, Box), open('note.txt').read())"),
    ]
    ran = steps.done("whole", *cells, given=(f"name={awkward}", "sizes=[3, 4, 5]"))
    assert ran.status == 0, ran.err + steps.logs("whole", "make")
    whole = read(steps.folder / "whole.ipynb", as_version=4)
    whole.cells[0].source = f"name = {awkward!r}\nsizes = [3, 4, 5]"
    execute(whole, cwd=steps.folder)
    (steps.folder / "expected.ipynb").write_text(json.dumps(whole))
    done, expected = steps.folder / "whole-done.ipynb", steps.folder / "expected.ipynb"
    assert outputs(done) == outputs(expected)
    assert "cell 3 of 3 (cell-6): print(left, right" in steps.logs("whole", "join")


def test_a_step_that_runs_out_of_memory_goes_to_the_next_profile(steps: Project) -> None:
    cells = [("step:grow", "held = bytearray(900 * 2**20)\nlen(held)")]
    ran = steps.done("hungry", *cells)
    said = steps.logs("hungry", "grow")
    assert ran.status == 0, ran.err + said
    assert "out of memory" in said
    assert "profile small has 600Mi; the next try takes middle" in said
    assert "runs on profile middle" in said


def test_a_limit_of_the_step_itself_is_left_behind_on_the_ladder(steps: Project) -> None:
    cells = [("step:grow limit:memory:400Mi", "held = bytearray(900 * 2**20)\nlen(held)")]
    ran = steps.done("limited", *cells)
    said = steps.logs("limited", "grow")
    assert ran.status == 0, ran.err + said
    assert "profile small has 400Mi; the next try takes middle" in said
    assert "out of memory" in ran.err
    assert "the next try takes middle" in ran.err


def test_the_top_of_the_ladder_is_the_end(steps: Project) -> None:
    cells = [("step:grow profile:middle", "held = bytearray(3000 * 2**20)\nlen(held)")]
    ran = steps.done("starving", *cells)
    said = steps.logs("starving", "grow")
    assert ran.status == 10, ran.err + said
    assert "profile middle has 1500Mi, and there is no larger one to go to" in said
    assert said.count("runs on profile") == 1


def test_an_error_of_the_notebook_is_not_tried_again(steps: Project) -> None:
    ran = steps.done("wrong", ("step:fails", "print('before')\n1 / 0"))
    assert ran.status == 10
    assert "ZeroDivisionError" in ran.err
    assert steps.logs("wrong", "fails").count("runs on profile") == 1


def test_a_notice_names_the_cell_that_failed_in_a_pod(steps: Project) -> None:
    cells = [("setup", "import math"), ("step:load", "x = [1]"), ("step:sums", "print(x)"), "x[1]"]
    ran = steps.done("noticed", *cells, notify={"failure": ["programs"]})
    assert ran.status == 10
    ((path, told),) = until(lambda: list(steps.posted))
    assert path == "/events"
    assert (told["step"], told["cell_number"], told["cell_id"]) == ("sums", "4", "cell-4")
    assert "IndexError: list index out of range" in told["exception"]
    assert told["link"].endswith("/tasks/sums?try_number=1")


def test_a_pod_that_no_node_takes_says_why_and_goes_to_the_fallback(steps: Project) -> None:
    ran = steps.done("homeless", ("step:wants profile:nowhere", "print('here')"))
    said = steps.logs("homeless", "wants")
    assert ran.status == 0, ran.err + said
    assert "Insufficient nvidia.com/gpu" in said
    assert "the next try takes small" in said


@pytest.mark.skipif(not may_shut_out(), reason="needs root of a node that has iptables")
def test_a_pod_needs_no_way_out_but_to_the_store(steps: Project) -> None:
    asks = f"""
import socket
try:
    socket.create_connection(("{HOST}", {steps.store_port} + 1), timeout=5)
except OSError as error:
    print(error.strerror)
"""
    with nothing_but(steps.store_port):
        ran = steps.done("alone", ("step:first", "x = 1"), ("step:second", f"x\n{asks}"))
    assert ran.status == 0, ran.err + steps.logs("alone", "second")
    assert outputs(steps.folder / "alone-done.ipynb")["cell-2"].strip() == "No route to host"


def test_a_run_may_choose_another_profile(steps: Project) -> None:
    ran = steps.done("choosy", ("step:only", "print('here')"), given=("profile.only=tiny",))
    assert ran.status == 0, ran.err + steps.logs("choosy", "only")
    assert "runs on profile tiny" in steps.logs("choosy", "only")
