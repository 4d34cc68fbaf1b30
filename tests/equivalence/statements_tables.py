"""Statements about arrays and data frames, their views and columns."""

from __future__ import annotations

from templates import theme

ARRAYS = theme("""
$+arr = np.arange(6)

$+arr = np.array([$n, $n, $int, 1.5])

$+arr = np.linspace(0, $n, 5)

$arr[0] = $n

$arr += $n

$arr *= 2

$arr[1:3] = $n

$arr[$arr > 3] = 0

$arr.sort()

$arr.fill($n)

$arr.flat[1] = $n

$+arr2 = $arr1[1:]

$+arr2 = $arr1[::-1]

$+arr2 = $arr1

$+arr2 = $arr1.copy()

$+arr2 = np.asarray($arr1)

$+arr = $arr + 1

$+arr = np.where($arr > 2, $arr, -1)

np.add($arr, 1, out=$arr)

np.copyto($arr, $n)

np.put($arr, [0], [$n])

$arr.resize(len($arr), refcheck=False)

$+mat = np.arange(6).reshape(2, 3)

$+arr = $mat[0]

$+arr = $mat.ravel()

$+mat2 = $mat1.T

$mat[0, 0] = $n

$mat[1] += $n

np.fill_diagonal($mat, $n)

$+int = int($arr.sum()) % 100

$+list = [int(q) for q in $arr[:3]] or [0]

for q in np.nditer($arr, op_flags=["readwrite"]):
    q[...] = q * 2

$+nest = [$arr[:1].tolist(), $list]

$arr.setflags(write=True)
""")

FRAMES = theme("""
$+df = pd.DataFrame({"x": [3, 1, 2], "y": [$n, $n, $int]})

$df["z"] = $df["x"] * $n

$df["w"] = $int

$df.loc[0, "x"] = $n

$df.iloc[1, 0] = $n

$df.at[2, "x"] = $n

$df.loc[$df["x"] > 1, "y"] = $n

$df.sort_values("x", inplace=True)

$df.rename(columns={"z": "q"}, inplace=True)

$df.drop(columns=["w"], errors="ignore", inplace=True)

$df.insert(0, f"n{len($df.columns)}", $n)

$df.columns = [str(q) for q in $df.columns]

$df.index = range(len($df))

$df.attrs["note"] = $n

print($df.attrs)

$+df2 = $df1

$+df2 = $df1.copy()

$+df = $df.assign(v=$n)

$+df = $df.head(3)

$+df = $df[["x", "y"]]

$+series = $df["x"]

$+series = $df["y"] + 1

$series.iloc[0] = $n

$series += 1

$series.name = "$w"

$+arr = $df["x"].to_numpy().copy()

$+arr = $df["x"].values

$+int = int($df["x"].sum())

print($df.groupby("x")["y"].sum().to_dict())

if "z" in $df:
    print($df.pop("z").tolist())

$df.update(pd.DataFrame({"y": [$n]}))

$+df = pd.concat([$df1, $df2], ignore_index=True).head(3)

print($df["x"].map(lambda q: q + $int).tolist())

for name, column in $df.items():
    print(name, column.tolist())

$+df = $df.pipe(lambda q: q.assign(v=$int))
""")
