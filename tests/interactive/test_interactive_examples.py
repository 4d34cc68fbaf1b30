"""The examples in the docstrings do what they show."""

import doctest
import inspect

import pytest

import nbflow

FUNCTIONS = [name for name in nbflow.__all__ if inspect.isfunction(getattr(nbflow, name))]
IN_AIRFLOW = ("trigger", "pause", "unpause", "backfill")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_example(name):
    (example,) = doctest.DocTestFinder(recurse=False).find(
        inspect.unwrap(getattr(nbflow, name)), name, globs={}
    )
    assert example.examples, f"nbflow.{name} shows no example"
    told = []
    doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(example, out=told.append)
    assert not told, "".join(told)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_it_takes_returns_and_raises(name):
    function = getattr(nbflow, name)
    text = inspect.getdoc(function)
    assert "Raises:" in text
    assert "Example:" in text
    taken = [one for one in inspect.signature(function).parameters if one != "self"]
    assert [one for one in taken if f"    {one}: " not in text] == []
    assert "Returns:" in text or name == "show"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in IN_AIRFLOW])
def test_the_example_of_a_function_is_right(name, project):
    run_example(name)


@pytest.mark.airflow
@pytest.mark.slow
def test_the_examples_of_what_needs_an_airflow_are_right(airflow_project):
    nbflow.publish("train.ipynb")
    for name in IN_AIRFLOW:
        run_example(name)
