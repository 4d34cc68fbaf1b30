"""Notebooks that once differed when they were cut, one for each cause."""

from __future__ import annotations

import pytest
from programs import read_program
from shells import Shells
from verdicts import Outcome, Verdict, judge

# name: notebook. Each shows the same cut and whole.
EQUAL = {
    "the_recursion_limit_crosses": """
# %% tags=step:a
import sys
sys.setrecursionlimit(2345)
# %% tags=step:b
print(sys.getrecursionlimit())
""",
    "how_numpy_treats_floating_point_errors_crosses": """
# %% tags=step:a
import numpy as np
np.seterr(divide="ignore")
# %% tags=step:b
print(np.geterr()["divide"], np.array([1.0]) / 0)
""",
    "logging_set_up_in_one_step_holds_in_the_next": """
# %% tags=step:a
import logging
logging.basicConfig(level="INFO", format="%(levelname)s: %(message)s")
logging.getLogger("mine").setLevel("DEBUG")
# %% tags=step:b
logging.info("hello")
logging.getLogger("mine").debug("deep")
print(logging.getLogger().level)
""",
    "a_loggers_own_handler_crosses": """
# %% tags=step:a
import logging
log = logging.getLogger("mine")
log.setLevel("INFO")
log.addHandler(logging.StreamHandler())
log.propagate = False
# %% tags=step:b
log.info("hello")
""",
    "the_locale_crosses": """
# %% tags=step:a
import locale
locale.setlocale(locale.LC_ALL, "C.UTF-8")
# %% tags=step:b
print(locale.setlocale(locale.LC_ALL))
""",
    "scikit_learns_configuration_crosses": """
# %% tags=step:a
import sklearn
sklearn.set_config(display="text")
# %% tags=step:b
print(sklearn.get_config()["display"])
""",
    "a_default_argument_that_keeps_state_crosses": """
# %% tags=step:a
def bump(memory=[]):
    memory.append(1)
    return len(memory)
# %% tags=step:b
bump()
# %% tags=step:c
bump()
# %% tags=step:d
print([bump() for _ in range(2)], bump.__defaults__)
""",
    "a_keyword_default_that_keeps_state_crosses_through_a_caller": """
# %% tags=step:a
def bump(q, *, memory={}):
    memory[q] = 1
    return len(memory)
def outer(q):
    return bump(q)
# %% tags=step:b
outer(1)
# %% tags=step:c
outer(2)
""",
    "an_argument_given_spares_the_default": """
# %% tags=step:a
def bump(memory=[]):
    memory.append(1)
    return len(memory)
# %% tags=step:b
mine = [5]
bump(mine)
# %% tags=step:c
bump(mine)
# %% tags=step:d
bump()
""",
    "a_step_goes_on_below_another_with_its_own_name": """
# %% tags=step:a
a = 1
# %% tags=step:b
a = 3
print(a)
# %% tags=step:a
a = 7
a = a + 1
print(a)
""",
    "a_module_that_a_step_writes_is_there_to_be_imported": """
# %% tags=step:a
%%writefile m.py
v = 3
# %% tags=step:b
import m
print(m.v)
# %% tags=step:c
print(m.v)
""",
    "a_module_that_a_step_writes_by_path_is_there_too": """
# %% tags=step:a
from pathlib import Path
Path("m.py").write_text("v = 3")
# %% tags=step:b
from m import v
print(v)
""",
    "an_instance_attribute_hides_the_one_of_its_class": """
# %% tags=step:a
class C:
    log = []
    def __init__(self):
        self.log = []
    def add(self):
        self.log.append(1)
        return self.log
# %% tags=step:b
C().add()
# %% tags=step:c
C().add()
""",
    "a_class_level_list_that_is_only_read_does_no_harm": """
# %% tags=step:a
class C:
    LAYERS = [1, 2]
    def add(self):
        self.w = []
        for x in self.LAYERS:
            self.w.append(x)
        return self.w
# %% tags=step:b
c = C()
c.add()
# %% tags=step:c
C().add(), c.w
""",
    "a_decorator_that_registers_runs_once": """
# %% tags=step:a
registry = {}
def register(f):
    registry[f.__name__] = f
    return f
# %% tags=step:b
@register
def f(q): return q + 1
# %% tags=step:c
@register
def g(q): return q + 2
# %% tags=step:d
print(sorted(registry))
print(registry["f"] is f, f(1))
""",
    "a_decorator_that_appends_runs_once": """
# %% tags=step:a
handlers = []
def on(f):
    handlers.append(f)
    return f
# %% tags=step:b
@on
def f(q): return q + 1
# %% tags=step:c
print([h(1) for h in handlers], f(2), len(handlers))
""",
    "a_decorator_that_counts_calls_counts_in_every_step": """
# %% tags=step:a
calls = 0
def counted(function):
    def wrapper(*args):
        global calls
        calls += 1
        return function(*args)
    return wrapper
# %% tags=step:b
@counted
def f(q):
    return q + 1
# %% tags=step:c
print(f(1))
# %% tags=step:d
print(f(1))
print(calls)
""",
    "a_decorator_that_only_wraps_travels_as_source": """
# %% tags=step:a
import functools
def twice(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args) * 2
    return wrapper
@twice
def f(q):
    return q + 1
# %% tags=step:b
print(f(1))
# %% tags=step:c
print(f(2))
""",
    "a_step_that_goes_on_with_a_seed_of_its_own": """
# %% tags=step:a
import random
random.seed(1)
# %% tags=step:b
random.seed(4)
# %% tags=step:a
random.seed(5)
print(random.random())
""",
    "a_step_that_goes_on_with_files_of_its_own": """
# %% tags=step:a
import matplotlib.pyplot as plt
open("a.txt", "w").write("1")
# %% tags=step:b
open("b.txt", "w").write("1")
plt.plot([1])
plt.savefig("x.png")
# %% tags=step:a
print(open("a.txt").read())
plt.plot([2])
""",
    "settings_hold_that_follow_a_magic_of_the_same": """
# %%
import numpy as np
# %% tags=step:a
%precision 3
np.set_printoptions(precision=2)
# %% tags=step:b
print(np.array([1.23456789, 2.0]))
""",
    "files_beside_the_notebook_that_a_pattern_lists_travel": """
# %% tags=step:a
import glob
from pathlib import Path
print(glob.glob("*.txt"), [p.name for p in Path(".").glob("in*")])
""",
    "operators_and_properties_that_change_their_object": """
# %% tags=step:a
class T:
    def __init__(self): self.n = 0
    @property
    def next(self):
        self.n += 10
        return self.n
    def __len__(self):
        self.n += 1
        return self.n
    def __add__(self, other):
        self.n += other
        return self
    def __getitem__(self, key):
        self.n += key
        return key
    def __repr__(self):
        self.n += 100
        return f"T({self.n})"
t = T()
# %% tags=step:b
print(t.next)
# %% tags=step:c
print(len(t))
# %% tags=step:d
u = t + 1
# %% tags=step:e
print(t[3])
# %% tags=step:f
print(t, f"{t}")
# %% tags=step:g
print(t.n)
""",
    "a_comparison_that_changes_a_global": """
# %% tags=step:a
log = []
class K:
    def __init__(self, v): self.v = v
    def __eq__(self, o):
        log.append("eq")
        return self.v == o.v
    def __hash__(self): return 1
# %% tags=step:b
print(K(1) in [K(2), K(1)])
# %% tags=step:c
print(K(1) == K(2))
# %% tags=step:d
print(log)
""",
    "a_property_that_remembers_its_value": """
# %% tags=step:a
class Lazy:
    def __init__(self, n):
        self.n = n
        self._total = None
    @property
    def total(self):
        if self._total is None:
            self._total = sum(range(self.n))
        return self._total
lazy = Lazy(5)
# %% tags=step:b
print(lazy.total)
# %% tags=step:c
print(lazy.total + 1)
""",
    "an_iterator_class_goes_on_where_it_was": """
# %% tags=step:a
class Count:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n % 3 == 0: raise StopIteration
        return self.n
c = Count()
# %% tags=step:b
for i in c: print(i)
# %% tags=step:c
print([i for i in c])
# %% tags=step:d
print(c.n)
""",
    "files_beside_the_notebook_that_a_listing_shows_travel": """
# %% tags=step:a
import os
print(sorted(name for name in os.listdir() if not name.endswith(".ipynb")))
""",
    "what_a_step_adds_to_builtins_is_there_in_later_steps": """
# %% tags=step:a
import builtins
builtins.helper_ = 3
# %% tags=step:b
print(getattr(__import__("builtins"), "helper_", "no"))
""",
    "a_step_that_binds_setups_variable_anew_does_not_use_it": """
# %%
xs = [3, 1, 2]
# %% tags=step:a
xs.reverse()
# %% tags=step:b
xs = [5]
print(xs)
# %% tags=step:c
print(xs)
""",
    "names_bound_by_with_and_import_are_bound_anew": """
# %%
xs = [3, 1, 2]
out = []
# %% tags=step:a
xs.reverse()
out.append(1)
# %% tags=step:b
xs, out = [1], [2]
with open("f.txt", "w") as out:
    out.write("x")
import math as xs
""",
    "a_function_reads_setups_variable_when_it_is_called": """
# %%
xs = [3, 1, 2]
# %% tags=step:a
def late():
    return xs
# %% tags=step:b
xs.append(4)
# %% tags=step:c
print(late())
""",
    "what_holds_an_object_of_setup_comes_back_with_it": """
# %%
xs = [3, 1, 2]
# %% tags=step:a
pair = (xs, [8])
# %% tags=step:b
print(pair[0] is xs)
# %% tags=step:c
pair[0].append(5)
# %% tags=step:d
print(xs, pair[0] is xs)
""",
    "a_bound_method_comes_back_with_its_object": """
# %%
xs = [3, 1, 2]
# %% tags=step:a
f = xs.append
# %% tags=step:b
print(f.__self__ is xs)
# %% tags=step:c
print(xs)
""",
}

# name: the code that refuses it, and the notebook.
REFUSED = {
    "a_method_with_a_default_that_keeps_state": (
        "NB503",
        """
# %% tags=step:a
class C:
    def bump(self, memory=[]):
        memory.append(1)
        return len(memory)
# %% tags=step:b
C().bump()
# %% tags=step:c
C().bump()
""",
    ),
    "changing_a_name_of_a_later_step_in_place": (
        "NB406",
        """
# %% tags=step:a
a = 1
# %% tags=step:b
d = {"x": 3}
# %% tags=step:a
d |= {"y": 2}
print(d)
""",
    ),
    "making_a_name_of_a_later_step_from_itself": (
        "NB406",
        """
# %% tags=step:a
a = 1
# %% tags=step:b
a = 3
# %% tags=step:a
a = a + 1
print(a)
""",
    ),
    "a_list_that_belongs_to_the_class": (
        "NB503",
        """
# %% tags=step:a
class C:
    log = []
    def add(self):
        self.log.append(1)
        return self.log
# %% tags=step:b
C().add()
# %% tags=step:c
C().add()
""",
    ),
    "a_context_manager_that_changes_its_class": (
        "NB503",
        """
# %% tags=step:a
class Meter:
    log = []
    def __enter__(self):
        self.log.append("in")
        return self
    def __exit__(self, *error):
        self.log.append("out")
# %% tags=step:b
with Meter() as meter:
    print(meter.log)
# %% tags=step:c
print(Meter.log)
""",
    ),
    "a_constructor_that_counts_in_its_class": (
        "NB503",
        """
# %% tags=step:a
class C:
    n = 0
    def __init__(self):
        type(self).n += 1
# %% tags=step:b
C()
# %% tags=step:c
C()
print(C.n)
""",
    ),
    "a_list_that_belongs_to_a_base_class": (
        "NB503",
        """
# %% tags=step:a
class B:
    log = []
class C(B):
    def add(self):
        self.log.append(1)
        return self.log
# %% tags=step:b
C().add()
# %% tags=step:c
B.log
""",
    ),
    "a_base_class_that_registers": (
        "NB503",
        """
# %% tags=step:a
plugins = []
class Base:
    def __init_subclass__(cls):
        plugins.append(cls.__name__)
# %% tags=step:b
class A(Base):
    pass
# %% tags=step:c
print(plugins, A.__mro__[1].__name__)
""",
    ),
    "a_setting_of_a_step_in_between": (
        "NB406",
        """
# %% tags=step:a
import pandas as pd
x = 1
# %% tags=step:b
pd.set_option("display.precision", 2)
# %% tags=step:a
print(pd.get_option("display.precision"))
""",
    ),
    "a_file_of_a_step_in_between": (
        "NB406",
        """
# %% tags=step:a
x = 1
# %% tags=step:b
open("f.txt", "w").write("1")
# %% tags=step:a
print(open("f.txt").read())
""",
    ),
    "random_state_of_a_step_in_between": (
        "NB406",
        """
# %% tags=step:a
import random
random.seed(1)
# %% tags=step:b
random.seed(4)
# %% tags=step:a
print(random.random())
""",
    ),
    "random_state_that_a_step_changes_below_another_that_draws": (
        "NB406",
        """
# %% tags=step:a
import random
random.seed(1)
# %% tags=step:b prev:a
print(random.random())
# %% tags=step:a
random.seed(4)
""",
    ),
    "a_file_that_a_step_changes_below_another_that_reads_it": (
        "NB406",
        """
# %% tags=step:a
open("f.txt", "w").write("1")
# %% tags=step:b
print(open("f.txt").read())
# %% tags=step:a
open("f.txt", "w").write("2")
""",
    ),
}


def run(text: str, shells: Shells, order: int) -> Verdict:
    return judge(read_program(text, order=(order,)), shells)


@pytest.mark.parametrize("order", [0, 5])
@pytest.mark.parametrize("name", EQUAL)
def test_it_shows_the_same(name: str, order: int, shells: Shells) -> None:
    verdict = run(EQUAL[name], shells, order)
    assert verdict.outcome is Outcome.EQUAL, f"{EQUAL[name]}\n{verdict}"


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str, shells: Shells) -> None:
    code, text = REFUSED[name]
    verdict = run(text, shells, 0)
    assert verdict.outcome is Outcome.REFUSED, f"{text}\n{verdict}"
    assert code in {d.code for d in verdict.diagnostics}, f"{verdict}"
