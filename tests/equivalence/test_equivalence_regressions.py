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
}


def run(text: str, shells: Shells, order: int) -> Verdict:
    return judge(read_program(text, order=(order,)), shells)


@pytest.mark.parametrize("order", [0, 5])
@pytest.mark.parametrize("name", EQUAL)
def test_it_shows_the_same(name: str, order: int, shells: Shells) -> None:
    verdict = run(EQUAL[name], shells, order)
    assert verdict.outcome is Outcome.EQUAL, f"{EQUAL[name]}\n{verdict}"
