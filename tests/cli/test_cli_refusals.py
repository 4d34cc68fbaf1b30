"""What a plan would refuse is found by `check`, with who asked for it."""

import pytest
from commands import nbflow, write_notebook

SETTINGS = """\
backend: pod
store: s3://runs/here
defaults: {image: "other/default:1"}
profiles:
  ok: {image: "reg/a:1"}
  host:
    image: reg/a:1
    volumes: {n: {host_path: /mnt, mount: /mnt}}
  product: {image: "reg/a:1", gpu: {count: 1, resource: odd.io/gpu, product: X}}
  image: {image: "other/b:1"}
  bare: {cpu: 1}
teams:
  t: {images: ["reg/*"], connections: [kubernetes_default]}
"""


def write(folder, tags, settings=SETTINGS):
    (folder / "nbflow.yaml").write_text(settings)
    first = ("step:fine profile:ok", "x = 1")
    write_notebook(folder / "n.ipynb", first, (tags, "y = x"), nbflow={"version": 1, "team": "t"})


@pytest.mark.parametrize(
    ("tags", "says", "where", "cell"),
    [
        ("step:a profile:image", "image 'other/b:1'", "profile 'image', {}:10", "cell-2"),
        ("step:a profile:bare", "image 'other/default:1'", "defaults.image, {}:3", None),
        ("step:a", "image 'other/default:1'", "profile 'default', defaults.image, {}:3", None),
        ("step:a profile:host", "host path '/mnt'", "profile 'host', {}:6", "cell-2"),
        ("step:a profile:product", "product 'X' of odd.io/gpu", "'product', {}:9", "cell-2"),
        (
            "step:a profile:ok secret:s:k:AIRFLOW_CONN_DWH",
            "connection 'dwh'",
            "tag `secret:s:k:AIRFLOW_CONN_DWH` of cell 2",
            "cell-2",
        ),
    ],
)
def test_check_finds_what_compile_would_refuse(tmp_path, tags, says, where, cell):
    write(tmp_path, tags)
    where = where.format(tmp_path / "nbflow.yaml")
    checked = nbflow("check", "n.ipynb", "--json", cwd=tmp_path)
    assert checked.status == 3
    (found,) = checked.json[0]["diagnostics"]
    assert (found["code"], found["severity"], found["cell"]) == ("NB609", "error", cell)
    assert says in found["message"]
    assert where in found["message"]
    assert found["message"].startswith("step a: ")
    refused = nbflow("compile", "n.ipynb", "-o", "out", cwd=tmp_path)
    assert refused.status == 4
    assert found["message"] in refused.err
    assert not (tmp_path / "out").exists()


def test_check_finds_every_step_that_is_refused(tmp_path):
    (tmp_path / "nbflow.yaml").write_text(SETTINGS)
    cells = [("step:a profile:host", "x = 1"), ("step:b profile:product", "y = x")]
    write_notebook(tmp_path / "n.ipynb", *cells, nbflow={"version": 1, "team": "t"})
    checked = nbflow("check", "n.ipynb", cwd=tmp_path)
    assert checked.status == 3
    assert "step a: team t may not use host path" in checked.out
    assert "step b: the product 'X'" in checked.out


def test_what_a_check_of_its_own_finds_is_told_once(tmp_path):
    write(tmp_path, "step:a profile:ok image:other/c:1")
    (found,) = nbflow("check", "n.ipynb", "--json", cwd=tmp_path).json[0]["diagnostics"]
    assert (found["code"], found["cell"]) == ("NB604", "cell-2")


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (("check", "n.ipynb"), 3),
        (("compile", "n.ipynb", "-o", "out"), 4),
        (("profiles",), 4),
        (("profiles", "check"), 4),
    ],
)
def test_an_unknown_backend_is_told_with_its_line_and_the_nearest(tmp_path, command, status):
    write(tmp_path, "step:a profile:ok", settings=SETTINGS.replace(": pod", ": pods"))
    result = nbflow(*command, cwd=tmp_path)
    assert result.status == status
    said = result.out + result.err
    assert f"{tmp_path}/nbflow.yaml:1: there is no backend 'pods'" in said
    assert "did you mean 'pod'? the backends are: papermill, pod" in said


def test_a_dockerfile_is_written_for_a_notebook_whose_profiles_name_no_image_yet(tmp_path):
    (tmp_path / "nbflow.yaml").write_text("backend: pod\nstore: s3://runs/here\n")
    write_notebook(tmp_path / "n.ipynb", ("step:a", "x = 1"))
    assert "no image is named" in nbflow("check", "n.ipynb", cwd=tmp_path).out
    assert nbflow("image", "n.ipynb", cwd=tmp_path).status == 0
