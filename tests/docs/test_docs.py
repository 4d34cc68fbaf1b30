"""What the documents say is what happens."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "host"))

from pages import DOCS, PAGES, ROOT, Workspace, copy_examples, follow, parts, read_cells

_LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.M)
# What a reader does once and by hand: it needs a network, a cluster, or takes the tests themselves.
_BY_HAND = ("pip ", "make ", "git ", "cd ", "jupyter ", "airflow ", "export ", "kubectl ")
_WITH_AIRFLOW = [page for page in PAGES if any(p.about == "airflow" for p in parts(page))]
_WITH_CLUSTER = [page for page in PAGES if any(p.about == "cluster" for p in parts(page))]


def _text(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def _is_slow(page: Path) -> bool:
    runs = ("nbflow run ", "--prove")
    blocks = [part.text for part in parts(page) if part.about == "test"]
    return any(word in text for text in blocks for word in runs)


def _named(page: Path) -> object:
    marks = [pytest.mark.slow] if _is_slow(page) else []
    return pytest.param(page, id=page.stem, marks=marks)


@pytest.mark.parametrize("page", [_named(page) for page in PAGES])
def test_what_a_page_tells_to_do_works(page, tmp_path):
    copy_examples(tmp_path)
    workspace = Workspace(tmp_path)
    for part in parts(page):
        follow(part, workspace=workspace)


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.xdist_group("airflow")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", _WITH_AIRFLOW, ids=lambda page: page.stem)
def test_what_a_page_tells_to_do_with_airflow_works(page, project):
    folder = project / page.stem
    folder.mkdir()
    copy_examples(folder)
    workspace = Workspace(folder)
    for part in parts(page):
        follow(part, workspace=workspace, wanted="airflow")


@pytest.mark.cluster
@pytest.mark.slow
@pytest.mark.xdist_group("cluster")
@pytest.mark.parametrize("page", _WITH_CLUSTER, ids=lambda page: page.stem)
def test_what_a_page_tells_to_do_with_a_cluster_works(page, tmp_path, platform):
    workspace = Workspace(tmp_path)
    for part in parts(page):
        follow(part, workspace=workspace, wanted="cluster")


@pytest.fixture
def platform(monkeypatch):
    """An Airflow's account in a cluster that has none of the pages' teams yet, and their bucket."""
    from kubernetes import client, config
    from object_servers import moto_server

    config.load_kube_config()
    core = client.CoreV1Api()

    def there():
        return {one.metadata.name for one in core.list_namespace().items}

    made = {"airflow", "ds-forecast", "ds-ranking"}
    assert not made & there(), "somebody else's are there"
    core.create_namespace({"metadata": {"name": "airflow"}})
    account = {"metadata": {"name": "airflow-scheduler"}}
    core.create_namespaced_service_account("airflow", account)
    try:
        with moto_server() as server:
            server.client().create_bucket(Bucket="ml-runs")
            for name, value in server.environ.items():
                monkeypatch.setenv(name, value)
            yield
    finally:
        for name in made & there():
            core.delete_namespace(name)
        until = time.monotonic() + 120
        while made & there() and time.monotonic() < until:
            time.sleep(0.5)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose private Airflow the pages share: the first one that asks starts it."""
    folder = tmp_path_factory.mktemp("project")
    (folder / ".nbflow").mkdir()
    yield folder
    program = Path(sys.executable).parent / "nbflow"
    subprocess.run([program, "airflow", "down", "--project", folder], check=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_page_says_how_it_is_tested(page):
    for part in parts(page):
        where = f"{page.name}, line {part.line}"
        if part.language == "console":
            assert part.about in {"test", "airflow", "cluster", "by-hand"}, where
            if part.about == "by-hand":
                lines = [line[2:] for line in part.text.splitlines() if line.startswith("$ ")]
                assert lines, where
                assert all(line.startswith(_BY_HAND) for line in lines), where
        elif part.language == "python":
            about = part.about
            assert about == "test" or about.endswith(".ipynb") or about.startswith("of "), where


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_links_and_images_of_a_page_exist(page, references):
    for _, target in _LINK.findall(_text(page)):
        address, _, anchor = target.partition("#")
        if "://" in address:
            continue
        linked = (page.parent / address).resolve() if address else page
        inside = linked.relative_to(ROOT).as_posix()
        assert linked.exists() or inside in references, f"{page.name} links to {target}"
        if anchor and linked.suffix == ".md" and linked.exists():
            assert anchor in _anchors(linked), f"{page.name} links to {target}"


def test_the_index_lists_every_page():
    listed = {target for _, target in _LINK.findall(_text(DOCS / "index.md"))}
    assert {page.name for page in DOCS.glob("*.md")} - {"index.md"} <= listed


def test_the_tutorials_notebook_is_the_one_that_its_page_shows():
    (shown,) = [p for p in parts(DOCS / "tutorial.md") if p.about == "digits.ipynb"]
    there = json.loads((DOCS / "tutorial" / "digits.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in there["cells"]]
    assert sources == [cell["source"] for cell in read_cells(shown.text)["cells"]]


def test_the_values_of_airflows_chart_are_keys_that_it_has():
    known = yaml.safe_load((Path(__file__).parent / "chart_keys.yaml").read_text("utf-8"))
    shown = [part for part in parts(DOCS / "helm.md") if part.about.endswith("values.yaml")]
    assert len(shown) > 1
    for part in shown:
        values = yaml.safe_load(part.text)
        assert list(_unknown_keys(values, known)) == [], f"helm.md, line {part.line}"
    assert list(_unknown_keys({"executer": 1, "dags": {"x": 1}}, known)) == ["executer", "dags.x"]


def _unknown_keys(values, known, path=()):
    if isinstance(known, dict) and isinstance(values, dict):
        for key, value in values.items():
            if key not in known:
                yield ".".join((*path, key))
            yield from _unknown_keys(value, known.get(key), (*path, key))
    elif isinstance(known, list):
        yield from (".".join((*path, key)) for one in values for key in one if key not in known)


def test_the_charts_airflow_is_the_one_that_the_image_starts_from():
    (values,) = [p for p in parts(DOCS / "helm.md") if p.about == "file values.yaml"]
    version = yaml.safe_load(values.text)["airflowVersion"]
    assert f"apache/airflow:{version}-" in (ROOT / "images/airflow/Dockerfile").read_text("utf-8")


def test_images_are_small():
    for image in (DOCS / "images").iterdir():
        assert image.stat().st_size <= 300 * 1024, image


@pytest.fixture(scope="module")
def references():
    """Paths of the pages that `make docs` writes, with their texts; nothing is written here."""
    script = "import json, generate_docs; print(json.dumps(generate_docs.pages()))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT / "scripts",
        capture_output=True,
        text=True,
        check=True,
    )
    return {f"docs/reference/{name}": text for name, text in json.loads(done.stdout).items()}


def test_the_generated_pages_say_something(references):
    assert all(len(text) > 500 for text in references.values())
    assert "`step:NAME`" in references["docs/reference/tags.md"]
    assert "nbflow trigger" in references["docs/reference/cli.md"]
    assert "NB501" in references["docs/reference/diagnostics.md"]


def _anchors(page: Path) -> set[str]:
    headings = (re.sub(r"[^\w\- ]", "", h.lower()).strip() for h in _HEADING.findall(_text(page)))
    return {heading.replace(" ", "-") for heading in headings}
