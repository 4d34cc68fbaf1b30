"""Statements about random state, files and settings."""

from __future__ import annotations

from templates import theme

RANDOM = theme("""
print(random.random())

random.seed($n)

$+int = random.randint(0, 50)

random.shuffle($list)

$+list = random.sample(range(20), 3)

print(rnd.random())

np.random.seed($n)

print(np.random.rand())

$+arr = np.random.randint(0, 9, 5)

np.random.shuffle($arr)

print($df.sample(2))

# weight: 2
$+rng = np.random.default_rng($n)

print($rng.integers(100))

$+arr = $rng.normal(size=4).round(3)

$rng.shuffle($arr)

$+rng2 = $rng1

# gives: dice
dice = random.Random($n)

# needs: dice
print(dice.randint(0, 99))

def $+proc():
    return random.randint(0, 9)

def $+proc():
    return int(np.random.randint(0, 9))

state = random.getstate()
print(random.random())
random.setstate(state)

# gives: old
old = np.random.RandomState($n)

# needs: old
print(old.randint(100))

from random import randint
random.seed($n)
print(randint(0, 100))
""")

FILES = theme("""
# weight: 3
with open("$+file", "w") as out:
    out.write(str($int))

Path("$+file").write_text(f"{$int}\\n")

with open("$file", "a") as out:
    out.write("$w")

open("$file", "a").write(str($int))

# weight: 3
print(open("$file").read())

print(Path("$file").read_text())

$+str = open("$file").read()

os.remove("$-file")

print(os.path.exists("$file"), os.path.exists("out.txt"), Path("log.txt").exists())

print(sorted(q for q in os.listdir(".") if q.endswith((".txt", ".md"))))

shutil.copy("$file", "$+file")

os.rename("$-file", "$+file")

# gives: parts
for i in range(2):
    with open(f"part_{i}.txt", "w") as out:
        out.write(str($int + i))

# needs: parts
print([open(f"part_{i}.txt").read() for i in range(2)])

# needs: parts
print([Path(q).read_text() for q in sorted(glob.glob("part_*.txt"))])

# gives: sub
os.makedirs("sub/deep", exist_ok=True)
Path("sub/deep/x.txt").write_text("$w")

# needs: sub
print((Path("sub") / "deep" / "x.txt").read_text())

# needs: sub
Path("sub", "deep", "x.txt").write_text("$w" * 2)

# needs: sub
shutil.rmtree("sub/deep")
os.makedirs("sub/deep")
Path("sub/deep/x.txt").write_text("again")

$+path = Path("$+file")
$path.write_text("$w")

# gives: named
target = "data" + "_" + "$w" + ".csv"
open(target, "w").write("x\\n1\\n")

# needs: named
print(open(target).read())

# gives: helperfile
def remember(value, name="memory.json"):
    known = json.load(open(name)) if os.path.exists(name) else []
    known.append(value)
    with open(name, "w") as out:
        json.dump(known, out)
    return known

# needs: helperfile; weight: 2
print(remember($int))

# gives: npy
np.save("values.npy", np.arange($n))

# needs: npy
print(np.load("values.npy"))

# gives: csv
pd.DataFrame({"x": [$n, $int]}).to_csv("frame.csv", index=False)

# needs: csv
$+df = pd.read_csv("frame.csv").assign(y=1).reindex(range(3), fill_value=0)

# needs: csv
print(pd.read_csv("frame.csv"))

# gives: pkl
pickle.dump($list, open("p.pkl", "wb"))

# needs: pkl
$+list = pickle.load(open("p.pkl", "rb"))

print(open("input.txt").read())

with open("input.txt", "w") as out:
    out.write("changed $w")

with open("input.txt", "a") as out:
    out.write("more $w")

# gives: shell
!echo $w > shell.txt

# needs: shell
!cat shell.txt

# gives: cellmagic
%%writefile magic.txt
written $w

# needs: cellmagic
print(open("magic.txt").read())

# gives: module
Path("mymod.py").write_text("value = $n\\n")

# needs: module
import mymod
print(mymod.value)

# gives: moved
os.makedirs("elsewhere", exist_ok=True)
os.chdir("elsewhere")
Path("inner.txt").write_text("$w")
os.chdir("..")

# needs: moved
print(Path("elsewhere/inner.txt").read_text())
""")

SETTINGS = theme("""
# weight: 2
os.environ["MODE"] = "$w"

print(os.environ.get("MODE"))

os.environ.pop("MODE", None)

%env MODE=$w

print(os.getenv("MODE", "none"))

pd.set_option("display.max_columns", 1)

pd.options.display.max_rows = 2

pd.set_option("display.precision", $n)

print(pd.get_option("display.max_rows"), pd.get_option("display.precision"))

print(pd.DataFrame({"x": [1.123456789, 2.0], "y": [1, 2], "z": [3, 4]}))

pd.reset_option("display.precision")

np.set_printoptions(precision=2)

np.set_printoptions(suppress=True, threshold=3)

print(np.array([1.23456789, 1e-9, 3, 4, 5, 6, 7]))

print(np.geterr()["divide"]); np.seterr(divide="ignore")

decimal.getcontext().prec = $n + 2

print(decimal.Decimal(1) / decimal.Decimal(7))

sys.setrecursionlimit(2000 + $n)

print(sys.getrecursionlimit())

math.favourite = $n

print(getattr(math, "favourite", None))

import warnings
warnings.filterwarnings("ignore")

import warnings
warnings.warn("careful $w")

%precision 3

1.23456789

import locale
print(locale.getlocale()[0] is None)

sys.path.append("./lib_$w")

print(any(q.startswith("./lib_") for q in sys.path))

import builtins
builtins.helper_ = $n

print(getattr(__import__("builtins"), "helper_", "no"))
""")
