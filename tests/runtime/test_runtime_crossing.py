"""What one step leaves is what the next step finds, in real kernels."""

import random

import numpy as np
from by_hand import Hand, Notebook, assert_success
from by_hand import run as run_kernels
from forked_shells import run

from nbflow import host
from nbflow.runtime import ParameterOrder, open_store, read_manifest


def test_objects_that_are_shared_stay_shared(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(
                [
                    "import numpy as np, pandas as pd",
                    "items = [1, 2]\nholder = {'items': items}\nalone = [5]",
                    "x = np.arange(10.0)\ny = x[2:5]\nback = x[::-1]",
                    "m = np.zeros((3, 4))\nt = m.T",
                    "words = np.array(['a', [1], None], dtype=object)\nsome = words[1:]",
                    "frame = pd.DataFrame({'a': [1, 2, 3], 'b': [1.0, 2, 3]})",
                    "lazy = frame[['a']]\nsame = frame",
                ],
                saves=[
                    *("items", "holder", "alone", "x", "y", "back", "m", "t", "words", "some"),
                    *("frame", "lazy", "same"),
                ],
            ),
            "use": Hand(
                [
                    "items.append(3)\nassert holder['items'] is items",
                    "assert holder == {'items': [1, 2, 3]}",
                    "x[2] = 100\nassert y[0] == 100 and back[7] == 100",
                    "y[1] = -1\nassert x[3] == -1",
                    "m[1, 2] = 7\nassert t[2, 1] == 7 and t.shape == (4, 3)",
                    "words[1].append(2)\nassert some[0] == [1, 2]",
                    "some[1] = 'b'\nassert words[2] == 'b'",
                    "lazy.loc[0, 'a'] = 50",
                    "assert frame.loc[0, 'a'] == 1 and lazy.loc[0, 'a'] == 50",
                    "same['c'] = 1\nassert 'c' in frame",
                ],
                after=["make"],
                needs=[
                    *("items", "holder", "x", "y", "back", "m", "t", "words", "some"),
                    *("frame", "lazy", "same"),
                ],
                definitions=[("np", "import numpy as np")],
            ),
        }
    )
    assert_success(run(notebook, tmp_path / "run"))
    manifest = read_manifest(open_store(str(tmp_path / "run")), "make")
    assert manifest is not None
    assert manifest.variables["alone"]["group"] != manifest.variables["items"]["group"]
    assert manifest.variables["lazy"]["group"] != manifest.variables["frame"]["group"]
    assert manifest.variables["x"]["preview"] == "10 float64"


CLASSES = {
    "Point": "class Point:\n    def __init__(self, x):\n        self.x = x\n",
    "Kind": "import enum\nclass Kind(enum.Enum):\n    A = 1\n",
    "double": "def double(x):\n    return x * factor\n",
}


ADDER = """
def adder(n):
    def add(x):
        return x + n + factor
    return add
"""
COUNTER = """
def counter():
    count = 0
    def up():
        nonlocal count
        count += 1
        return count
    def get():
        return count
    return up, get
"""


def test_classes_functions_and_closures_cross(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(
                [
                    CLASSES["Point"],
                    CLASSES["Kind"],
                    CLASSES["double"],
                    "factor = 2\np = Point(1)\nkinds = {Kind.A: p}",
                    "class Local:\n    value = 5\nlocal = Local()",
                    ADDER,
                    COUNTER,
                    "add = adder(10)\nup, get = counter()\nup()",
                    "calls = [double, lambda x: x - 1]",
                ],
                saves=["p", "kinds", "local", "add", "up", "get", "calls", "factor"],
            ),
            "use": Hand(
                [
                    "assert isinstance(p, Point) and kinds[Kind.A] is p",
                    "import inspect\nassert 'self.x = x' in inspect.getsource(Point.__init__)",
                    "assert type(local).__name__ == 'Local' and local.value == 5",
                    "assert LIMIT == 3",
                    "assert add(1) == 13\nfactor = 100\nassert add(1) == 111",
                    "up()\nassert get() == 2",
                    "assert calls[0](2) == 200 and calls[1](2) == 1",
                ],
                after=["make"],
                needs=["p", "kinds", "local", "add", "up", "get", "calls", "factor"],
                saves=["p", "local"],
                definitions=[
                    ("LIMIT", "LIMIT = p.x + factor"),
                    ("Point", CLASSES["Point"]),
                    ("enum", "import enum"),
                    ("Kind", CLASSES["Kind"]),
                ],
            ),
            "end": Hand(
                ["assert type(local).__name__ == 'Local' and local.value == 5 and p.x == 1"],
                after=["use"],
                needs=["p", "local"],
            ),
        }
    )
    assert_success(run_kernels(notebook, tmp_path / "run"))


def test_two_definitions_of_one_name_are_not_mixed_up(tmp_path):
    old = "class Point:\n    def name(self):\n        return 'old'\n"
    new = "class Point:\n    def name(self):\n        return 'new'\n"
    notebook = Notebook(
        {
            "make": Hand(
                [old, "p = Point()\nkept = [first, Other]", "class A:\n    pass\na = A()"],
                saves=["p", "kept", "a"],
            ),
            "use": Hand(
                [
                    "q = Point()\nassert (p.name(), q.name()) == ('old', 'new')",
                    "assert kept[0]() == 1 and first() == 2 and kept[1] is Other",
                    "assert not isinstance(a, A) and not hasattr(a, 'new')",
                ],
                after=["make"],
                needs=["p", "kept", "a"],
                definitions=[
                    ("Point", new),
                    ("first", "def first():\n    return 2"),
                    ("A", "class A:\n    new = True"),
                ],
            ),
        },
        setup="def first():\n    return 1\nclass Other:\n    pass",
    )
    assert_success(run(notebook, tmp_path / "run"))


def test_state_outside_of_names_crosses(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(
                [
                    "import os, random, warnings, decimal, sys\nimport numpy as np, pandas as pd",
                    "random.seed(1)\nnp.random.seed(1)",
                    "first = (random.random(), np.random.rand())",
                    "os.environ['WORD'] = os.getcwd() + '/x'\npd.set_option('display.max_rows', 7)",
                    "np.set_printoptions(precision=3)",
                    "warnings.filterwarnings('ignore', 'nothing')",
                    "decimal.getcontext().prec = 5\nsys.path.append(os.path.abspath('lib'))",
                    "%config InlineBackend.figure_format = 'svg'",
                    "import matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 33",
                    "figure = plt.figure()\nfigure.gca()",
                    "os.makedirs('lib')\nopen('lib/little.py', 'w').write('value = 4')",
                    "os.makedirs('deep/er')\nos.chdir('deep')\nopen('here.txt', 'w').write('a')",
                    "home = os.path.abspath('here.txt')",
                    "import pathlib\nlib = pathlib.Path('../lib').resolve()",
                    "import gc, locale, logging, socket, time\nsys.setrecursionlimit(2345)",
                    "gc.disable()\ngc.set_threshold(5, 6, 7)\nsocket.setdefaulttimeout(9)",
                    "os.environ['TZ'] = 'Etc/GMT+5'\ntime.tzset()",
                    "np.seterr(divide='raise')\nlogging.basicConfig(level='INFO')",
                    "locale.setlocale(locale.LC_ALL, 'C')",
                    "decimal.getcontext().traps[decimal.Inexact] = True",
                ],
                saves=["first", "home", "lib", "figure"],
            ),
            "use": Hand(
                [
                    "import os, random, warnings, decimal, sys, little",
                    "import numpy as np, pandas as pd, matplotlib.pyplot as plt",
                    "state = (random.random(), np.random.rand())",
                    "r = random.Random(1)\nr.random()\ng = np.random.RandomState(1)\ng.rand()",
                    "assert state == (r.random(), g.rand())",
                    "assert os.path.basename(os.getcwd()) == 'deep'",
                    "assert open('here.txt').read() == 'a'",
                    "assert os.environ['WORD'] == os.path.dirname(os.getcwd()) + '/x'",
                    "assert open(home).read() == 'a' and (lib / 'little.py').exists()",
                    "assert pd.get_option('display.max_rows') == 7",
                    "assert np.get_printoptions()['precision'] == 3",
                    "assert any(f[1] and f[1].pattern == 'nothing' for f in warnings.filters)",
                    "assert decimal.getcontext().prec == 5 and little.value == 4",
                    "assert plt.rcParams['figure.dpi'] == 33",
                    "assert os.path.isdir('er')",
                    "import gc, locale, logging, socket, time",
                    "assert sys.getrecursionlimit() == 2345 and time.timezone == 5 * 3600",
                    "assert not gc.isenabled() and gc.get_threshold() == (5, 6, 7)",
                    "assert socket.getdefaulttimeout() == 9",
                    "assert np.geterr()['divide'] == 'raise'",
                    "assert logging.getLogger().level == logging.INFO",
                    "assert locale.setlocale(locale.LC_ALL) == 'C'",
                    "assert decimal.getcontext().traps[decimal.Inexact]",
                    "from matplotlib_inline.config import InlineBackend",
                    "assert InlineBackend.instance().figure_formats == {'svg'}",
                    "figure",
                ],
                after=["make"],
                needs=["first", "home", "lib", "figure"],
            ),
        },
        seeded=True,
    )
    assert_success(run_kernels(notebook, tmp_path / "run"))
    cells = {cell["id"]: cell for cell in host.executed(tmp_path / "run")["use"]["cells"]}
    (shown,) = cells[notebook.ids("use")[-1]]["outputs"]
    assert set(shown["data"]) == {"image/svg+xml", "text/plain"}


def test_files_cross_changed_and_deleted_ones_too(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(
                [
                    "import data_reader, os\nassert data_reader.rows() == 'a,b'",
                    "open('new.txt', 'w').write('1')\nos.makedirs('out/deep')",
                    "open('out/deep/x.bin', 'wb').write(b'x' * 3_000_000)",
                    "os.symlink('new.txt', 'link')\nos.remove('gone.txt')",
                    "os.chmod('new.txt', 0o700)",
                ]
            ),
            "change": Hand(["open('new.txt', 'a').write('2')"], after=["make"]),
            "use": Hand(
                [
                    "import os\nassert open('new.txt').read() == open('link').read() == '12'",
                    "assert os.path.islink('link') and os.access('new.txt', os.X_OK)",
                    "assert os.path.getsize('out/deep/x.bin') == 3_000_000",
                    "assert not os.path.exists('gone.txt') and os.path.exists('sub/data.csv')",
                    "from data_reader import rows\nassert rows() == 'a,b'",
                ],
                after=["change"],
            ),
        },
        files={
            "data_reader.py": b"def rows():\n    return open('sub/data.csv').read()\n",
            "sub/data.csv": b"a,b",
            "gone.txt": b"",
        },
    )
    assert_success(run(notebook, tmp_path / "run"))
    manifest = read_manifest(open_store(str(tmp_path / "run")), "change")
    assert manifest is not None
    assert list(manifest.files) == ["new.txt"]


def test_an_input_changed_in_place_travels_without_being_told(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(
                ["a = [1]\nb = {'a': a}\nc = [2]\nimport numpy as np\nx = np.zeros(4)"],
                saves=["a", "b", "c", "x"],
            ),
            "change": Hand(["a.append(2)\nx[1] = 5"], after=["make"], needs=["a", "c", "x"]),
            "use": Hand(
                [
                    "assert a == [1, 2] and b == {'a': [1, 2]} and b['a'] is a and c == [2]",
                    "assert x.tolist() == [0, 5, 0, 0]",
                ],
                after=["change"],
                needs=["a", "b", "c", "x"],
            ),
        }
    )
    assert_success(run(notebook, tmp_path / "run"))
    manifest = read_manifest(open_store(str(tmp_path / "run")), "change")
    assert manifest is not None
    assert set(manifest.changed) == {"variable:a", "variable:b", "variable:x"}
    assert set(manifest.variables) == {"a", "b", "x"}


def test_parameters_arrive_typed_and_metrics_are_recorded(tmp_path):
    notebook = Notebook(
        {
            "one": Hand(
                [
                    "assert (word, count, share, pair, half) == ('007', 10**20, 1.0, (1, 2), 8)",
                    "assert same is kept",
                    "assert type(rate) is int",
                    "import numpy as np\nscore = np.float64(0.5)\nworst = float('nan')",
                ],
                metrics=["score", "worst"],
            )
        },
        parameters="word = 'x'\ncount = 1\nshare = 0.5\npair = (0, 0)\nhalf = 2 * 4\n"
        "kept = [1, 2]\nsame = kept\nrate = 1",
        declared={
            "word": ParameterOrder("str", default="x"),
            "count": ParameterOrder("int", default=1),
            "share": ParameterOrder("float", default=0.5),
            "pair": ParameterOrder("tuple", default=[0, 0]),
            "half": ParameterOrder("any", computed=True),
            "kept": ParameterOrder("list", default=[1, 2]),
            "rate": ParameterOrder("float", default=1.0),
        },
    )
    given = {"word": "007", "count": str(10**20), "share": 1, "pair": [1, 2], "half": None}
    given |= {"kept": [1, 2], "rate": 1.0}
    finished = run(notebook, tmp_path / "run", parameters=given)
    assert_success(finished)
    assert finished.metrics == {"score": 0.5, "worst": "NaN"}


def test_a_seed_set_by_a_module_counts_and_no_seed_leaves_generators_alone(tmp_path):
    draw = "import random\nimport numpy as np\ndrawn = (random.random(), np.random.rand())"
    notebook = Notebook(
        {
            "seeded": Hand([f"import seeds\nseeds.all_of_them()\n{draw}"]),
            "after": Hand([draw], after=["seeded"], metrics=["drawn"]),
            "unseeded": Hand([draw]),
            "left": Hand([draw], after=["unseeded"], metrics=["drawn"]),
        },
        files={
            "seeds.py": b"import random\nimport numpy\n"
            b"def all_of_them():\n    random.seed(3)\n    numpy.random.seed(3)\n"
        },
    )
    assert_success(run(notebook, tmp_path / "run"))
    store = open_store(str(tmp_path / "run"))
    left, after = (read_manifest(store, step) for step in ("left", "after"))
    assert left is not None
    assert after is not None
    twister, legacy = random.Random(3), np.random.RandomState(3)
    twister.random(), legacy.rand()
    assert after.metrics["drawn"] == [twister.random(), legacy.rand()]
    assert (left.random, after.random) == ([], ["numpy", "random"])
