"""The files of a run: listed, and saved into the server's contents, and nowhere else."""

from hashlib import sha256

import pytest
from commands import write_notebook

from nbflow.host.ledgers import Recorder
from nbflow.model import Run, RunState, StepRun
from nbflow.runtime import open_store
from nbflow.runtime.manifests import Manifest, write_manifest

RUN = "runs/train/local__1"
FILES = f"{RUN}/files"


def leave(folder, *steps, run="train/local__1"):
    """A run whose steps left these files: a step's name, and contents by path; None deletes."""
    store = open_store(str(folder / ".nbflow/store/default" / run))
    for name, files in steps:
        entries = {path: entry(store, content) for path, content in files.items()}
        write_manifest(store, Manifest(name, 1, f"{name}/try-1", files=entries))
    told = tuple(StepRun(name, RunState.SUCCESS) for name, _ in steps)
    record = Recorder(store.folder, source="train.ipynb", digest="d")
    record(Run(*run.split("/"), RunState.SUCCESS, steps=told))


def entry(store, content):
    if content is None:
        return {"deleted": True}
    digest = sha256(content).hexdigest()
    store.write(f".files/{digest}", content)
    times = {"mode": 0o644, "modified": 10**18}
    return {"sha256": digest, "size": len(content), "address": f".files/{digest}", **times}


LEFT = (
    ("load", {"rows.csv": b"1,2", "draft.txt": b"draft", "out/plot.png": b"\x89PNG\xff"}),
    ("fit", {"rows.csv": b"1,2,3", "draft.txt": None, ".cache/seen": b"seen"}),
)


@pytest.fixture
def work(root):
    """The project's folder, with a run of it that left files."""
    leave(root / "work", *LEFT)
    return root / "work"


@pytest.fixture
def save(ask, work):
    """Saves files of the run, and tells which there are in the project afterwards."""

    async def save(status=200, project="work", **body):
        answer = await ask("POST", FILES, body, project=project)
        assert answer.status == status, answer.json
        return answer.json

    return save


def below(folder):
    """The files below a folder that one sees, with what is in them."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".nbflow" not in path.parts and path.name != "train.ipynb"
    }


async def test_the_files_of_a_run_are_told_with_size_and_step(ask, work):
    found = await ask("GET", FILES, project="work")
    assert found.json == [
        {"name": "out/plot.png", "size": 5, "step": "load"},
        {"name": "rows.csv", "size": 5, "step": "fit"},
    ]


async def test_all_are_saved_beside_the_notebook_and_a_second_time_they_are_the_same(work, save):
    for _ in range(2):
        done = await save()
        assert done == {"folder": "work", "files": ["work/out/plot.png", "work/rows.csv"]}
        assert below(work) == {"out/plot.png": b"\x89PNG\xff", "rows.csv": b"1,2,3"}
    assert (work / "rows.csv").stat().st_mode & 0o777 == 0o644


async def test_those_that_are_named_are_saved_in_the_folder_that_is_named(root, work, save):
    (root / "reports").mkdir()
    done = await save(names=["rows.csv", "rows.csv"], folder="/reports/")
    assert done == {"folder": "reports", "files": ["reports/rows.csv"]}
    assert (below(work), below(root / "reports")) == ({}, {"rows.csv": b"1,2,3"})
    assert (await save(names=["rows.csv"], folder=""))["files"] == ["rows.csv"]


async def test_what_is_there_and_differs_is_written_over_by_those_alone_who_insist(work, save):
    (work / "rows.csv").write_bytes(b"mine!")
    refused = await save(409)
    assert (refused["code"], refused["status"], refused["forcible"]) == ("already-there", 409, True)
    assert refused["files"] == ["rows.csv"]
    assert "work/rows.csv is there already" in refused["message"]
    assert below(work) == {"rows.csv": b"mine!"}
    await save(replace=True)
    assert below(work)["rows.csv"] == b"1,2,3"


async def test_of_a_link_that_is_there_the_link_is_replaced_and_not_what_it_leads_to(work, save):
    (work.parent.parent / "mine").write_bytes(b"mine")
    (work / "rows.csv").symlink_to(work.parent.parent / "mine")
    assert (await save(409))["files"] == ["rows.csv"]
    await save(replace=True)
    assert (work.parent.parent / "mine").read_bytes() == b"mine"
    assert not (work / "rows.csv").is_symlink()


async def test_a_folder_in_the_way_is_told_and_stays(work, save):
    (work / "rows.csv").mkdir()
    for replace in (False, True):
        refused = await save(400, replace=replace)
        assert "work/rows.csv is a folder" in refused["message"]
        assert refused["hint"] == "Move or rename it, then save again."
    (work / "rows.csv").rmdir()
    (work / "out").write_text("a file")
    refused = await save(400, replace=True)
    assert "work/out/plot.png cannot be written" in refused["message"]
    assert below(work) == {"out": b"a file"}


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "nope.csv", ".cache/seen", "out"])
async def test_what_the_run_has_not_left_is_not_sought(root, work, save, name):
    (root / "secret").write_text("secret")
    refused = await save(404, names=["rows.csv", name])
    assert refused["code"] == "unknown-file"
    assert "rows.csv" in refused["hint"]
    assert below(work) == {}


@pytest.mark.parametrize("folder", ["..", "work/../..", ".nbflow", "nowhere", "work/train.ipynb"])
async def test_a_folder_that_the_server_does_not_show_is_no_place_for_them(work, save, folder):
    refused = await save(400, folder=folder)
    assert refused["code"] == "usage"
    assert below(work.parent.parent / "nowhere") == below(work) == {}


async def test_no_link_leads_out_of_the_servers_root(root, work, save, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (work / "out").symlink_to(outside)
    refused = await save(400)
    assert "leads out of the server's root" in refused["message"]
    (root / "elsewhere").symlink_to(outside)
    assert "leads out" in (await save(400, names=["rows.csv"], folder="elsewhere"))["message"]
    assert below(outside) == below(work) == {}
    (work / "out").unlink()
    (root / "kept").mkdir()
    (work / "out").symlink_to(root / "kept")
    await save()
    assert below(root / "kept") == {"plot.png": b"\x89PNG\xff"}


async def test_a_store_that_names_other_places_leads_nowhere(ask, root):
    names = ["../up.txt", "/abs.txt", "a/../../up.txt", "back\\slash", "nul\0", "good.txt"]
    leave(root / "work", ("load", dict.fromkeys(names, b"x")))
    found = await ask("GET", FILES, project="work")
    assert [one["name"] for one in found.json] == ["good.txt"]
    done = await ask("POST", FILES, {}, project="work")
    assert done.json["files"] == ["work/good.txt"]


async def test_a_damaged_file_is_told_and_nothing_is_left_of_it(work, save):
    kept = work / ".nbflow/store/default/train/local__1/.files"
    (kept / sha256(b"1,2,3").hexdigest()).write_bytes(b"3,2,1")
    refused = await save(502, names=["rows.csv"])
    assert "is damaged" in refused["message"]
    assert list(below(work)) == [] == [one.name for one in work.glob(".rows*")]


@pytest.mark.parametrize(
    "body", [{"names": []}, {"names": "rows.csv"}, {"replace": "yes"}, {"to": "work"}]
)
async def test_what_is_no_sound_request_is_refused(save, body):
    assert (await save(400, **body))["code"] == "request"


async def test_an_unknown_run_and_one_that_has_left_nothing_are_told(ask, root):
    for method, body in (("GET", None), ("POST", {})):
        wrong = await ask(method, "runs/train/local__nope/files", body, project="work")
        assert (wrong.status, wrong.json["code"]) == (502, "store")
    leave(root / "work", ("load", {}))
    assert (await ask("GET", FILES, project="work")).json == []
    nothing = await ask("POST", FILES, {}, project="work")
    assert (nothing.status, nothing.json["code"]) == (400, "usage")
    assert "left no files" in nothing.json["message"]


async def test_whoever_may_not_write_the_contents_saves_nothing(
    work, save, jp_serverapp, monkeypatch
):
    def is_authorized(self, handler, user, action, resource):
        return (action, resource) != ("write", "contents")

    monkeypatch.setattr(type(jp_serverapp.authorizer), "is_authorized", is_authorized)
    assert "write contents" in (await save(403))["message"]
    assert below(work) == {}


@pytest.mark.parametrize("project", ["work", "work/other"])
@pytest.mark.parametrize("begins", ["nbflow.yaml", ".nbflow"])
async def test_where_the_notebooks_folder_is_gone_they_are_saved_in_the_projects(
    work, save, monkeypatch, begins, project
):
    if begins == "nbflow.yaml":
        (work / begins).write_text("")
    (work / "other").mkdir()
    source = {"source": {"notebook": "reports/train.ipynb"}}
    monkeypatch.setattr("nbflow.api.records.manifest_of", lambda *_, **__: source)
    done = await save(project=project)
    assert done == {"folder": "work", "files": ["work/out/plot.png", "work/rows.csv"]}
    (work / "reports").mkdir()
    assert (await save(project=project))["folder"] == "work/reports"


@pytest.mark.slow
async def test_a_notebook_that_ran_has_its_files_beside_it(ask, done, root):
    (root / "work/nbflow.yaml").write_text("defaults: {retries: 0}\n")
    (root / "work/deep").mkdir()
    write_notebook(
        root / "work/deep/made.ipynb",
        ("step:load", "open('rows.csv', 'w').write('1,2')"),
        ("step:fit", "open('rows.csv', 'a').write(',3')\nopen('model.bin', 'wb').write(b'\\0')"),
    )
    job = await done(await ask("POST", "run", {"path": "work/deep/made.ipynb"}))
    path = f"runs/made/{job['result']['run_id']}/files"
    assert (await ask("GET", path, project="work")).json == [
        {"name": "model.bin", "size": 1, "step": "fit"},
        {"name": "rows.csv", "size": 5, "step": "fit"},
    ]
    saved = await ask("POST", path, {}, project="work")
    assert saved.json["files"] == ["work/deep/model.bin", "work/deep/rows.csv"]
    assert (root / "work/deep/rows.csv").read_text() == "1,2,3"


@pytest.fixture
def elsewhere(tmp_path, jp_server_config):
    """A server whose contents are not files."""
    jp_server_config["ServerApp"]["contents_manager_class"] = "contents_elsewhere.Elsewhere"
    return tmp_path


async def test_contents_that_are_no_files_here_are_written_through_their_manager(
    elsewhere, ask, root, jp_serverapp
):
    kept = jp_serverapp.contents_manager.kept = {"work/train.ipynb": {}}
    leave(root / "work", *LEFT)
    done = await ask("POST", FILES, {}, project="work")
    assert done.json["files"] == ["work/out/plot.png", "work/rows.csv"]
    assert kept["work/rows.csv"] == ("text", "1,2,3")
    assert kept["work/out"] == ("directory", None)
    assert kept["work/out/plot.png"][0] == "base64"
    assert (await ask("POST", FILES, {}, project="work")).status == 200
    kept["work/rows.csv"] = ("text", "mine")
    refused = await ask("POST", FILES, {}, project="work")
    assert (refused.status, refused.json["files"]) == (409, ["rows.csv"])
    await ask("POST", FILES, {"replace": True}, project="work")
    assert kept["work/rows.csv"] == ("text", "1,2,3")
    assert below(root / "work") == {}


async def test_a_file_whose_name_is_no_utf_8_is_not_offered_where_no_server_could_show_it(
    ask, work
):
    leave(work, ("load", {"caf\udce9.txt": b"one", "plain.txt": b"two"}), run="train/local__2")
    path = "runs/train/local__2/files"
    listed = await ask("GET", path, project="work")
    assert [one["name"] for one in listed.json] == ["plain.txt"]
    named = await ask("POST", path, {"names": ["caf\udce9.txt"]}, project="work")
    assert (named.status, named.json["code"]) == (404, "unknown-file")
    folder = await ask("POST", path, {"folder": "\udce9"}, project="work")
    assert (folder.status, folder.json["code"]) == (400, "usage")
