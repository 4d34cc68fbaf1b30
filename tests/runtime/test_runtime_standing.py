"""What definitions remember and setup made reaches later steps."""

from by_hand import Hand, Notebook, assert_success
from by_hand import run as run_kernels
from forked_shells import run

from nbflow.runtime import open_store, read_manifest

LINREG = """
class LinReg:
    history = []
    count = 0
    spare = [0]

    class Inner:
        kept = {}

    def fit(self, seen={}):
        LinReg.history.append(1)
        LinReg.count += 1
        self.Inner.kept['fit'] = self
        seen[len(seen)] = 'seen'
        return len(seen)

    @classmethod
    def made(cls, most=[0]):
        most.append(1)
        return len(most)
"""
TICK = """
def tick(by=1, *, past=[]):
    tick.calls = getattr(tick, 'calls', 0) + by
    past.append(tick.calls)
    return past
"""
COUNTED = """
def counted(function):
    count = 0
    def inner():
        nonlocal count
        count += 1
        return function(), count
    return inner
"""
ONE = "@counted\ndef one():\n    return 1"
DEFINITIONS = [("LinReg", LINREG), ("tick", TICK), ("counted", COUNTED), ("one", ONE)]


def test_what_classes_and_functions_remember_reaches_later_steps(tmp_path):
    notebook = Notebook(
        {
            "define": Hand(
                [
                    f"{LINREG}\nLinReg().fit()",
                    f"{TICK}\nbump = tick\nbump()",
                    f"{COUNTED}\n{ONE}\none()",
                    "def still(): pass\nhistory = LinReg.history\nassert len(history) == 1",
                ],
                saves=["bump", "history"],
            ),
            "change": Hand(
                [
                    "model = LinReg()\nassert model.fit() == 2 and LinReg.made() == 2",
                    "assert LinReg.history is history and history == [1, 1]",
                    "LinReg.extra = 'added'\nLinReg.five = lambda self: 5\ndel LinReg.spare",
                    "assert bump is tick and bump(2) == [1, 3] and one() == (1, 2)",
                ],
                after=["define"],
                needs=["bump", "history"],
                saves=["model"],
                definitions=DEFINITIONS,
            ),
            "use": Hand(
                [
                    "assert type(model) is LinReg and LinReg.count == 2",
                    "assert LinReg.history is history and history == [1, 1]",
                    "assert LinReg.Inner.kept['fit'] is model",
                    "assert model.fit() == 3 and LinReg.made() == 3",
                    "assert (LinReg.extra, model.five()) == ('added', 5)",
                    "assert not hasattr(LinReg, 'spare')",
                    "assert tick.calls == 3 and tick() == [1, 3, 4] and one() == (1, 3)",
                    "assert bump is tick",
                ],
                after=["change"],
                needs=["model", "history", "bump"],
                definitions=DEFINITIONS,
            ),
        }
    )
    assert_success(run_kernels(notebook, tmp_path / "run"))
    manifest = read_manifest(open_store(str(tmp_path / "run")), "define")
    assert manifest is not None
    assert {one["root"] for one in manifest.slots.values()} == {"LinReg", "tick", "one"}


SETUP = """
import numpy as np
RESULTS = {}
SAME = {'same': RESULTS}
FRESH = [0]
GONE = [1]
rng = np.random.default_rng(1)
def record(name, value, to=RESULTS):
    to[name] = value
"""


def test_objects_that_setup_made_reach_later_steps_when_changed(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(["record('a', 1)", "kept = RESULTS"], saves=["kept"]),
            "more": Hand(["record('b', 2)\nrng.random()\ndel GONE"], after=["make"]),
            "use": Hand(
                [
                    "assert RESULTS == {'a': 1, 'b': 2} and SAME['same'] is RESULTS",
                    "assert rng.random() == np.random.default_rng(1).random(2)[1]",
                    "assert 'GONE' not in globals() and FRESH == [0]",
                    "record('c', 3)\nassert SAME['same']['c'] == 3",
                ],
                after=["more"],
            ),
        },
        setup=SETUP,
    )
    assert_success(run(notebook, tmp_path / "run"))
    manifest = read_manifest(open_store(str(tmp_path / "run")), "more")
    assert manifest is not None
    names = {"RESULTS", "SAME", "kept", "rng"}
    assert set(manifest.variables) == {*names, "record.<default 0>"}
    assert manifest.deleted == ["GONE"]


def test_a_parallel_step_that_missed_such_a_change_fails_the_run(tmp_path):
    def failed(left, right, where):
        steps = {"left": Hand([left]), "right": Hand([right])}
        setup = f"RESULTS = {{}}\n{TICK}\ndef twice():\n    tick(2)\nunused = []"
        return run(Notebook(steps, setup=setup), tmp_path / where).failed_step

    for left, right, what in [
        ("tick()", "twice()", "what 'tick' remembers"),
        ("RESULTS['a'] = 1", "print(RESULTS)", "variable 'RESULTS'"),
    ]:
        found = failed(left, right, what)
        assert found is not None
        assert f" changed {what}, and step 'right' (cell right-0)" in found.failure.evalue
        assert "`prev:left`" in found.failure.evalue
    assert failed("tick()", "RESULTS['a'] = 1", "apart") is None


def test_what_a_class_remembers_and_cannot_be_handed_on_is_named(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(["class Pool:\n    held = None", "Pool.held = (n for n in [1])"]),
            "use": Hand(["1"], after=["make"]),
        }
    )
    found = run(notebook, tmp_path / "run").failed_step
    assert found is not None
    assert "'Pool.held' (generator), which step 'make' changed, cannot be" in found.failure.evalue
    assert "keep all that uses 'Pool' in one step" in found.failure.evalue
