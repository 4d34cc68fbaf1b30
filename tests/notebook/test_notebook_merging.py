import json
from typing import Any

import nbformat
from written_notebooks import as_json, code, document, text

from nbflow import notebook


def named(cell: dict, cell_id: str) -> dict:
    return cell | {"id": cell_id}


def stream(words: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": words}


def error(name: str = "ValueError") -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": "no", "traceback": ["tb"]}


def ran(cell_id: str, *outputs: dict, count: int | None = 9, **metadata: Any) -> dict:
    cell = code("", **metadata) | {"id": cell_id, "execution_count": count}
    return cell | {"outputs": list(outputs)}


def generated(role: str, *outputs: dict) -> dict:
    return ran(f"nbflow-{role}", *outputs, nbflow={"role": role})


def executed(*cells: dict, own: tuple[str, ...] = ()) -> dict:
    found = json.loads(as_json(*cells))
    if own:
        found["metadata"]["nbflow"] = {"version": 1, "orders": {"cells": list(own)}}
    return found


STALE = ran("b", stream("stale"), count=77, execution={"iopub.execute_input": "old"})
DOCUMENT = document(
    named(text("# Title"), "t"),
    named(code("import os", "setup"), "s"),
    named(code("a", "step:one"), "a"),
    STALE | {"source": "b"},
    named(code("c", "step:two"), "c"),
    named(code("d"), "d"),
    named(code("x", "skip"), "k"),
    kernelspec={"name": "python3", "display_name": "Python 3"},
    widgets={"application/vnd.jupyter.widget-state+json": {"state": {"stale": {}}}},
)


def by_id(found: dict) -> dict[str, dict]:
    return {cell["id"]: cell for cell in found["cells"]}


def words(found: dict, cell_id: str) -> list[str]:
    return [o.get("text", o.get("ename")) for o in by_id(found)[cell_id]["outputs"]]


def test_outputs_come_back_in_the_authors_order_and_counts_start_at_one() -> None:
    result = {"output_type": "execute_result", "metadata": {}, "data": {}, "execution_count": 4}
    found = notebook.merge(
        DOCUMENT,
        {
            "one": executed(generated("load"), ran("s"), ran("a", stream("A")), ran("b", result)),
            "two": executed(ran("s"), ran("c", stream("C")), ran("d"), generated("save")),
        },
    )
    nbformat.validate(found)
    assert [cell["id"] for cell in found["cells"]] == ["t", "s", "a", "b", "c", "d", "k"]
    counts = [cell.get("execution_count") for cell in found["cells"]]
    assert counts == [None, 1, 2, 3, 4, 5, None]
    assert words(found, "a") == ["A"]
    assert by_id(found)["b"]["outputs"] == [result | {"execution_count": 3}]
    assert by_id(found)["a"]["source"] == "a"
    assert by_id(found)["a"]["metadata"] == {"tags": ["step:one"]}
    assert found["metadata"] == {"kernelspec": {"name": "python3", "display_name": "Python 3"}}


def test_stored_outputs_never_leak() -> None:
    found = notebook.merge(DOCUMENT, {})
    assert "stale" not in json.dumps(found)
    assert all(not cell.get("outputs") for cell in found["cells"])
    assert by_id(found)["b"]["metadata"] == {}
    assert words({"cells": list(DOCUMENT.raw["cells"])}, "b") == ["stale"]


def test_setup_shows_the_first_step_that_printed_something() -> None:
    one = executed(ran("s"), ran("a"))
    two = executed(ran("s", stream("second")), ran("c"))
    three = executed(ran("s", stream("third")), ran("d"))
    found = notebook.merge(DOCUMENT, {"one": one, "two": two, "three": three})
    assert words(found, "s") == ["second"]


def test_setup_that_failed_in_a_later_step_shows_the_failure() -> None:
    one = executed(ran("s", stream("fine")), ran("a"))
    two = executed(ran("s", stream("bad"), error()))
    assert words(notebook.merge(DOCUMENT, {"one": one, "two": two}), "s") == ["bad", "ValueError"]


def test_a_step_that_stopped_half_way_keeps_what_it_has() -> None:
    one = executed(ran("a", stream("A"), error()), ran("b", count=None))
    found = notebook.merge(DOCUMENT, {"one": one})
    assert words(found, "a") == ["A", "ValueError"]
    assert by_id(found)["b"]["execution_count"] is None


def test_an_error_of_loading_shows_at_the_first_cell_and_one_of_saving_at_the_last() -> None:
    found = notebook.merge(
        DOCUMENT,
        {
            "one": executed(ran("s"), generated("load", error("StoreError")), own=("a", "b")),
            "two": executed(
                generated("load"),
                ran("c", stream("C")),
                ran("d", stream("D")),
                generated("save", stream("noise"), error("PicklingError")),
            ),
        },
    )
    nbformat.validate(found)
    assert words(found, "a") == ["StoreError"]
    assert words(found, "b") == []
    assert words(found, "c") == ["C"]
    assert words(found, "d") == ["D", "PicklingError"]
    (loading,) = by_id(found)["a"]["outputs"]
    assert loading["traceback"][0].startswith("nbflow: step 'one' failed while it loaded")
    assert loading["traceback"][1] == "tb"
    assert "after its last cell had run" in by_id(found)["d"]["outputs"][1]["traceback"][0]


def test_a_step_of_one_cell_shows_both_kinds_there() -> None:
    two = executed(ran("c", stream("C")), generated("save", error("Boom")), own=("c",))
    assert words(notebook.merge(DOCUMENT, {"two": two}), "c") == ["C", "Boom"]


def test_cells_of_nobody_are_dropped() -> None:
    one = executed(ran("injected", stream("p"), tags=["injected-parameters"]), ran("a"))
    assert "injected" not in by_id(notebook.merge(DOCUMENT, {"one": one}))


def test_timing_provenance_and_widgets_of_the_run_are_kept() -> None:
    one = executed(ran("a", execution={"iopub.execute_input": "now"}))
    kind = "application/vnd.jupyter.widget-state+json"
    one["metadata"]["widgets"] = {kind: {"state": {"new": {}}, "version_major": 2}}
    found = notebook.merge(DOCUMENT, {"one": one}, provenance={"run_id": "r1"})
    assert by_id(found)["a"]["metadata"]["execution"] == {"iopub.execute_input": "now"}
    assert found["metadata"]["nbflow_run"] == {"run_id": "r1"}
    assert found["metadata"]["widgets"][kind] == {"state": {"new": {}}, "version_major": 2}


def test_the_document_is_not_changed() -> None:
    before = json.dumps(DOCUMENT.raw)
    merged = notebook.merge(DOCUMENT, {"one": executed(ran("a", stream("A")))})
    merged["cells"][1]["metadata"]["x"] = 1
    assert json.dumps(DOCUMENT.raw) == before


def test_what_one_stream_wrote_in_pieces_comes_back_in_one() -> None:
    author = document(named(code("print(1)", "step:a"), "a"))
    pieces = [
        {"output_type": "stream", "name": "stdout", "text": "1\n"},
        {"output_type": "stream", "name": "stdout", "text": ["2\n", "3"]},
        {"output_type": "stream", "name": "stderr", "text": "oh"},
        {"output_type": "stream", "name": "stdout", "text": "4"},
    ]
    merged = notebook.merge(author, {"a": {"cells": [ran("a", *pieces)]}})
    found = [(each["name"], each["text"]) for each in merged["cells"][0]["outputs"]]
    assert found == [("stdout", "1\n2\n3"), ("stderr", "oh"), ("stdout", "4")]


def test_a_header_stands_above_the_authors_cells_and_replaces_an_earlier_one() -> None:
    found = notebook.merge(DOCUMENT, {"one": executed(ran("a", stream("A")))}, header="| run |")
    nbformat.validate(found)
    first, *others = found["cells"]
    assert (first["cell_type"], first["source"]) == ("markdown", "| run |")
    assert first["metadata"] == {"nbflow": {"role": "header"}}
    assert others == notebook.merge(DOCUMENT, {"one": executed(ran("a", stream("A")))})["cells"]

    again = notebook.parse(json.dumps(found), name="again")
    ids = ["t", "s", "a", "b", "c", "d", "k"]
    assert [cell["id"] for cell in notebook.merge(again, {})["cells"]] == ids
    heads = [cell["source"] for cell in notebook.merge(again, {}, header="new")["cells"]][:2]
    assert heads == ["new", "# Title"]


def test_a_header_takes_no_id_of_the_authors() -> None:
    taken = document(named(code("a"), "nbflow-header"))
    found = notebook.merge(taken, {}, header="about")
    nbformat.validate(found)
    assert len({cell["id"] for cell in found["cells"]}) == 2


def given_cells(found: dict) -> list[dict]:
    return [
        one for one in found["cells"] if "injected-parameters" in one["metadata"].get("tags", ())
    ]


def test_what_a_run_was_given_stands_in_a_cell_of_its_own_that_counts() -> None:
    one = executed(ran("s", stream("S")), ran("a", stream("A")))
    found = notebook.merge(DOCUMENT, {"one": one}, given={"s": "n = 5"})
    nbformat.validate(found)
    (cell,) = given_cells(found)
    assert [each["id"] for each in found["cells"]][1:4] == ["s", cell["id"], "a"]
    assert cell["id"] == "nbflow-injected-parameters"
    assert (cell["source"], cell["outputs"], cell["execution_count"]) == ("n = 5", [], 2)
    assert [by_id(found)[one]["execution_count"] for one in "sa"] == [1, 3]
    (before,) = given_cells(notebook.merge(DOCUMENT, {}, given={"s": "n = 5"}))
    assert before == cell | {"execution_count": None}


def test_the_cell_takes_no_id_of_the_authors_and_keeps_its_own() -> None:
    taken = document(named(code("a"), "nbflow-injected-parameters"), named(code("b"), "b"))
    found = notebook.merge(taken, {}, given={"b": "n = 5"}, header="about")
    nbformat.validate(found)
    ids = [one["id"] for one in found["cells"]]
    assert len(set(ids)) == 4
    again = notebook.parse(json.dumps(found), name="again")
    twice = notebook.merge(again, {}, given={"b": "n = 6"}, header="other")
    assert [one["id"] for one in twice["cells"]] == ids


def test_the_given_values_of_an_earlier_execution_never_show() -> None:
    before = ran("old", stream("stale"), tags=["injected-parameters"]) | {"source": "n = 9"}
    stale = document(
        named(code("a", "step:a"), "a"), before, named(text("see", "injected-parameters"), "t")
    )
    found = notebook.merge(stale, {"a": executed(ran("a", stream("A")), ran("old"))})
    assert [one["id"] for one in found["cells"]] == ["a", "t"]
