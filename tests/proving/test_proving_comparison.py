"""What is a difference between two executed notebooks, and what is not."""

import pytest
from executed_notebooks import error, notebook, shown, stream
from hypothesis import given
from hypothesis import strategies as st

from nbflow.proving import NOISE, compare, quiet, report

HTML, JSON = "text/html", "application/json"
PLOTLY = "application/vnd.plotly.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"


def differences(left, right, **options):
    """What differs between two cells with these outputs."""
    found = compare(notebook(left), notebook(right), **options)
    return [(one.what, one.expected, one.actual) for one in found]


def kinds(left, right):
    return [what for what, _, _ in differences(left, right)]


def same(left, right):
    return differences([left], [right]) == []


# Text


@pytest.mark.parametrize("noise", NOISE, ids=lambda noise: noise.name)
def test_noise_is_read_as_a_word(noise):
    assert quiet(noise.example) != noise.example
    assert quiet(quiet(noise.example)) == quiet(noise.example)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("<A object at 0x7f1fd3336b90>", "<A object at 0x55e0aa10>"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("Wall time: 3 ms\n", "Wall time: 1min 5.2 s\n"),
        ("CPU times: user 3 ms, sys: 1 ms, total: 4 ms\n", "CPU times: user 9 s, total: 9 s\n"),
        (
            "9.1 ms ± 66.2 µs per loop (mean ± std. dev. of 7 runs, 100 loops each)",
            "1.2 s ± 6 ns per loop (mean ± std. dev. of 7 runs, 1 loop each)",
        ),
        ("/tmp/ipykernel_1/23.py:3: UserWarning: x", "/tmp/ipykernel_942/23.py:3: UserWarning: x"),
        ("Cell In[3], line 1", "Cell In[12], line 1"),
        ("saved /tmp/tmpk3_v0x2a/m.bin", "saved /tmp/tmp12345678/m.bin"),
        (
            f"/tmp/a/nbflow-{'0' * 32}/out.csv",
            f"/var/tmp/nbflow-run-b/nbflow-{'f' * 32}/out.csv",
        ),
        ("100%|███| 5/5 [00:00<00:00, 95.3it/s]", "100%|███| 5/5 [01:12<00:00, 1.02s/it]"),
        (" 50%|█  | 1/2 [00:01<00:01]\r100%|██| 2/2 [00:02<00:00, 1it/s]",
         "100%|██| 2/2 [00:02<00:00, 9it/s]"),
        ("10/10 ━━━━━━ 0s 5ms/step - loss: 0.41", "10/10 ━━━━━━ 12s 995us/step - loss: 0.41"),
        ("step 1\rstep 2\rdone  \n", "done\n"),
        ("a\r\nb\r\n", "a\nb\n"),
    ],
)  # fmt: skip
def test_what_differs_each_time_is_no_difference(left, right):
    assert same(stream(left), stream(right))
    assert same(stream(left, "stderr"), stream(right, "stderr"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("0.1", "0.2"),
        ("0xff", "0xfe"),
        ("0x7f1fd3336b90", "0x7f1fd3336b91"),  # a number in base 16, no repr of an object
        ("took 3.1 s", "took 3.2 s"),
        ("pid 17", "pid 18"),  # patients have ids, too
        ("3 ms", "4 ms"),
        ("100%|███| 5/5 [00:00<00:00, 95.3it/s, loss=0.3]",
         "100%|███| 5/5 [00:00<00:00, 95.3it/s, loss=0.4]"),
        ("100%|███| 5/5 [00:00<00:00, 95.3it/s]", "100%|███| 6/6 [00:00<00:00, 95.3it/s]"),
        ("10/10 ━━━━━━ 0s 5ms/step - loss: 0.41", "10/10 ━━━━━━ 0s 5ms/step - loss: 0.42"),
        ("score 3/4 [12:30]", "score 3/4 [12:31]"),
        ("[1, 2] 3s", "[1, 2] 4s"),
        ("/data/tmpresults1", "/data/tmpresults2"),
        ("9f2c4e9a-1b1c-4c8e-9a55-1f0e8d6f0001", "9f2c4e9a-1b1c-4c8e-9a55-1f0e8d6f0002"),
        ("2024-01-01 10:00", "2024-01-01 10:01"),
        ("/tmp/ipykernel_1/23.py:3: UserWarning", "/tmp/ipykernel_1/23.py:4: UserWarning"),
        ("a  b", "a b"),
        ("In[3]", "In[4]"),
        ("x\rab", "x\rac"),
        ("abc\rd", "abd\rd"),  # what stays of the line below shows
    ],
)  # fmt: skip
def test_what_may_be_a_result_is_a_difference(left, right):
    assert kinds([stream(left)], [stream(right)]) == ["stdout"]


def test_folders_are_read_as_one_word():
    left, right = stream("in /home/a/whole/x.csv"), stream("in /home/b/cut/x.csv")
    assert differences([left], [right]) != []
    assert differences([left], [right], folders=["/home/a/whole", "/home/b/cut"]) == []


@given(st.text())
def test_equal_texts_are_equal(text):
    assert same(stream(text), stream(text))
    assert same(shown(text), shown(text))


@given(st.text(), st.floats(allow_nan=False), st.floats(allow_nan=False), st.text())
def test_another_number_is_found(before, one, other, after):
    left, right = (f"{before} = {number} ({after})" for number in (one, other))
    assert same(shown(left), shown(right)) == (str(one) == str(other))


@given(st.integers(), st.integers(1, 10**9))
def test_another_integer_in_any_base_is_found(number, more):
    for form in ("{}", "{:#x}", "{:#o}", "{:e}", "x{}", "[{}]", "{}%", "{:,}", "{}s", "n={}ms"):
        left, right = form.format(number), form.format(number + more)
        assert same(shown(left), shown(right)) == (left == right), form


# Streams among other outputs


def test_pieces_of_a_stream_are_one_text():
    assert kinds([stream("a\n"), stream("b\n")], [stream("a\nb\n")]) == []


def test_a_stream_without_text_shows_nothing():
    assert kinds([stream("")], []) == []


def test_standard_output_and_error_have_no_order_among_each_other():
    left = [stream("a"), stream("warned", "stderr"), stream("b")]
    right = [stream("warned", "stderr"), stream("ab")]
    assert kinds(left, right) == []
    assert kinds([stream("a")], [stream("a", "stderr")]) == ["outputs"]


def test_what_was_printed_before_a_picture_and_behind_it_is_told_apart():
    left = [stream("a\n"), shown("1"), stream("b\n")]
    assert kinds(left, left) == []
    assert kinds(left, [stream("a\nb\n"), shown("1")]) == ["order"]
    assert kinds(left, [stream("a\n"), shown("1"), stream("c\n")]) == ["stdout"]


def test_a_result_is_no_display():
    assert kinds([shown("1", kind="execute_result")], [shown("1")]) == ["outputs"]


def test_an_output_more_is_a_difference():
    assert kinds([shown("1")], []) == ["outputs"]
    assert kinds([], [shown("1")]) == ["outputs"]
    assert kinds([shown("1"), shown("2")], [shown("2"), shown("1")]) == ["text/plain"] * 2


def test_a_missing_cell_is_a_difference():
    (found,) = compare(notebook([], []), notebook([]))
    assert (found.cell, found.what) == ("cell-1", "outputs")


def test_a_difference_names_its_cell_and_shows_both_sides():
    found = compare(notebook([], [stream("x\none\n")]), notebook([], [stream("x\ntwo\n")]))
    assert [(one.cell, one.index, one.what) for one in found] == [("cell-1", 2, "stdout")]
    assert found[0].diff().splitlines() == [" x", "-one", "+two"]
    assert "-one" in report(found)
    assert report(()) == "no differences"


def test_a_line_end_more_is_shown():
    (found,) = compare(notebook([stream("one")]), notebook([stream("one\n")]))
    assert found.diff().splitlines() == ["-'one'", "+'one\\n'"]


def test_a_long_difference_is_cut():
    lines = "\n".join(map(str, range(100)))
    (found,) = compare(notebook([stream(lines)]), notebook([]))
    assert found.diff(lines=3).splitlines()[-1].startswith("… ")


def test_a_long_line_is_cut_to_where_it_differs():
    left, right = f"{'x' * 5000}1{'y' * 5000}", f"{'x' * 5000}2{'y' * 5000}"
    (found,) = compare(notebook([stream(left)]), notebook([stream(right)]))
    one, other = found.diff().splitlines()
    assert one.startswith("-…xxx")
    assert len(one) < 200
    assert (one.count("1"), other.count("2")) == (1, 1)


def test_what_differs_late_in_a_long_text_is_shown():
    lines = [f"line {number}" for number in range(50_000)]
    left, right = "\n".join(lines), "\n".join([*lines[:49_000], "other", *lines[49_001:]])
    (found,) = compare(notebook([stream(left)]), notebook([stream(right)]))
    assert found.diff().splitlines() == [" line 48999", "-line 49000", "+other", " line 49001"]


def test_only_the_cells_asked_for_are_compared():
    left, right = notebook([stream("a")], [stream("b")]), notebook([stream("x")], [stream("y")])
    assert [one.cell for one in compare(left, right, cells=["cell-1"])] == ["cell-1"]


# Errors


def test_errors_are_compared_by_class_and_text():
    assert same(error("x", traceback=["here"]), error("x", traceback=["there"]))
    assert kinds([error("x")], [error("y")]) == ["error"]
    assert kinds([error("x")], [error("x", ename="TypeError")]) == ["error"]
    assert same(error("<A at 0x7f1fd3336b90>"), error("<A at 0x7f1fd3336111>"))


def test_an_error_on_one_side_only_is_a_difference():
    assert kinds([error("x")], []) == ["outputs"]
    assert kinds([stream("a")], [stream("a"), error("x")]) == ["outputs"]


# JSON, and what libraries draw from it


def test_mime_bundles_are_compared_as_what_they_say():
    left = {"data": [{"y": [1, 2, 3], "name": "a"}], "layout": {"width": 3}}
    right = {"layout": {"width": 3}, "data": [{"name": "a", "y": [1, 2, 3]}]}
    assert same(shown(left, PLOTLY), shown(right, PLOTLY))
    right["data"][0]["y"][1] = 2.5
    assert differences([shown(left, PLOTLY)], [shown(right, PLOTLY)]) == [
        (PLOTLY, "data[0].y[1]: 2", "data[0].y[1]: 2.5")
    ]


@pytest.mark.parametrize(
    ("left", "right"),
    [({"a": 1}, {"a": 1.0}), ({"a": 1}, {"a": True}), ({"a": 1}, {}), ([1], [1, None]), (1, "1")],
)
def test_json_values_of_other_types_differ(left, right):
    assert kinds([shown({"v": left}, JSON)], [shown({"v": right}, JSON)]) == [JSON]


def test_json_stored_as_text_is_read():
    assert same(shown('{"a": 1, "b": 2}', JSON), shown(['{"b": 2,', '"a": 1}'], JSON))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values, json_values)
def test_json_is_equal_where_it_says_the_same(left, right):
    one, other = (shown({"v": value}, PLOTLY) for value in (left, right))
    assert same(one, one)
    if repr(quiet(repr(left))) != repr(quiet(repr(right))) and left != right:
        assert not same(one, other)


# Widgets


def slider(value, name="m1"):
    look = {"layout": "IPY_MODEL_l", "_model_module_version": "2.0.0"}
    return {
        name: {"model_name": "IntSliderModel", "state": {"value": value, **look}},
        "box" + name: {"model_name": "HBoxModel", "state": {"children": [f"IPY_MODEL_{name}"]}},
    }


def test_widgets_are_compared_by_the_state_of_their_models():
    one = notebook([shown({"model_id": "boxa"}, WIDGET)], widgets=slider(3, "a"))
    two = notebook([shown({"model_id": "boxb"}, WIDGET)], widgets=slider(3, "b"))
    three = notebook([shown({"model_id": "boxb"}, WIDGET)], widgets=slider(4, "b"))
    assert compare(one, two) == ()
    (found,) = compare(one, three)
    assert (found.expected, found.actual) == (
        "state.children[0].state.value: 3",
        "state.children[0].state.value: 4",
    )


def test_widgets_without_states_are_the_same():
    left, right = shown({"model_id": "a"}, WIDGET), shown({"model_id": "b"}, WIDGET)
    assert same(left, right)


# What is told where an output is there as text and as HTML


def both(plain, html):
    return shown(plain, kind="execute_result", **{HTML: html})


STYLE = "<style>#sk-container-id-1 {color: red;}\n</style>"


def test_html_that_says_what_the_text_beside_it_says_is_not_told_again():
    from sklearn.linear_model import LogisticRegression

    sides = [LogisticRegression(C=value)._repr_mimebundle_() for value in (1.0, 2.0)]
    outputs = [{**shown("", kind="execute_result"), "data": dict(side)} for side in sides]
    assert "<style>" in outputs[0]["data"][HTML]
    found = differences([outputs[0]], [outputs[1]])
    assert found == [("text/plain", "LogisticRegression()", "LogisticRegression(C=2.0)")]
    # Where their number differs too, they are listed.
    ((what, one, other),) = differences([outputs[0]], [outputs[1], stream("more")])
    assert (what, "text/html" in one + other) == ("outputs", False)


def test_html_is_told_where_the_text_beside_it_says_the_same():
    plain = "<Styler at 0x7f1fd3336b90>"
    left, right = (both(plain, f"{STYLE}<p>{one}</p>") for one in "ab")
    assert differences([left], [right]) == [(HTML, "<p>a</p>", "<p>b</p>")]


def test_a_style_that_differs_is_told():
    left, right = (both("x", f"<style>td {{color: {one};}}</style>") for one in ("red", "blue"))
    ((what, one, other),) = differences([left], [right])
    assert (what, "red" in one, "blue" in other) == (HTML, True, True)
