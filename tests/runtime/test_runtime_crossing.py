"""What one step leaves is what the next step finds, in real kernels."""

from by_hand import Hand, Notebook, assert_success, run

from nbflow.runtime import open_store, read_manifest


def test_objects_that_are_shared_stay_shared(tmp_path):
    notebook = Notebook(
        {
            "make": Hand(
                [
                    "import numpy as np, pandas as pd",
                    "items = [1, 2]\nholder = {'items': items}\nalone = [5]",
                    "x = np.arange(10.0)\ny = x[2:5]\nback = x[::-1]\nm = np.zeros((3, 4))\nt = m.T",
                    "words = np.array(['a', [1], None], dtype=object)\nsome = words[1:]",
                    "frame = pd.DataFrame({'a': [1, 2, 3], 'b': [1.0, 2, 3]})\nlazy = frame[['a']]\n"
                    "same = frame",
                ],
                saves=[
                    *("items", "holder", "alone", "x", "y", "back", "m", "t", "words", "some"),
                    *("frame", "lazy", "same"),
                ],
            ),
            "use": Hand(
                [
                    "items.append(3)\nassert holder['items'] is items and holder == {'items': [1, 2, 3]}",
                    "x[2] = 100\nassert y[0] == 100 and back[7] == 100",
                    "y[1] = -1\nassert x[3] == -1",
                    "m[1, 2] = 7\nassert t[2, 1] == 7 and t.shape == (4, 3)",
                    "words[1].append(2)\nassert some[0] == [1, 2]\nsome[1] = 'b'\nassert words[2] == 'b'",
                    "lazy.loc[0, 'a'] = 50\nassert frame.loc[0, 'a'] == 1 and lazy.loc[0, 'a'] == 50",
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
