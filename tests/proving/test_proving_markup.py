"""Tables and drawings: what they show, not how libraries number them."""

import pytest
from executed_notebooks import notebook, shown
from hypothesis import given
from hypothesis import strategies as st

from nbflow.proving import compare

SVG = "image/svg+xml"


def differences(left, right, mime="text/html"):
    found = compare(notebook([shown(left, mime)]), notebook([shown(right, mime)]))
    return [(one.expected, one.actual) for one in found]


def table(*rows):
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div><table border="1" class="dataframe"><tbody>{body}</tbody></table></div>'


def test_a_changed_cell_of_a_table_is_named_by_row_and_column():
    left, right = (table(["", "price"], [0, 1.5], [1, price]) for price in (2.5, 2.75))
    assert differences(left, left) == []
    assert differences(left, right) == [
        ("row 2, column 'price': 2.5", "row 2, column 'price': 2.75")
    ]


def test_a_missing_row_is_a_difference():
    (found,) = differences(table(["a"], ["1"], ["2"]), table(["a"], ["1"]))
    assert found == ("row 2, column 'a': 2", "row 2, column 'a': (no cell)")


def test_of_several_tables_the_one_is_named():
    left, right = table(["a"], [1]) + table(["b"], [2]), table(["a"], [1]) + table(["b"], [3])
    assert differences(left, right)[0][1] == "table 2, row 1, column 'b': 3"


cells = st.lists(
    st.lists(st.integers() | st.floats(allow_nan=False), min_size=2, max_size=2), min_size=1
)


@given(cells, st.data())
def test_a_changed_cell_of_any_table_is_found(rows, data):
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, 1))
    changed = [list(one) for one in rows]
    changed[row][column] = data.draw(st.integers())
    left, right = table(["a", "b"], *rows), table(["a", "b"], *changed)
    assert (differences(left, right) == []) == (str(rows[row][column]) == str(changed[row][column]))


@pytest.mark.parametrize("library", ["pandas", "sklearn"])
def test_ids_that_a_library_makes_up_are_no_difference(library):
    if library == "pandas":
        pandas = pytest.importorskip("pandas")

        def draw(value):
            return pandas.DataFrame({"a": [1, value]}).style.highlight_max().to_html()
    else:
        pytest.importorskip("sklearn")
        from sklearn.linear_model import Ridge

        def draw(value):
            return Ridge(alpha=value)._repr_html_()

    one, same, other = draw(2), draw(2), draw(3)
    assert one != same, "the library numbers them"
    assert differences(one, same) == []
    assert differences(one, other) != []


def test_ids_of_the_author_are_compared():
    left, right = '<b id="total-1">1</b>', '<b id="total-2">1</b>'
    assert differences(left, right) != []


def test_a_uuid_is_an_id_only_where_it_stands_as_one():
    one, other = (f"9f2c4e9a-1b1c-4c8e-9a55-1f0e8d6f000{digit}" for digit in "12")
    drawn = '<div id="{0}"></div><script>plot("{0}", [1])</script>'
    assert differences(drawn.format(one), drawn.format(other)) == []
    assert differences(table([one]), table([other])) != []
    assert differences(drawn.format(one), drawn.format(other).replace("[1]", "[2]")) != []


def test_addresses_in_html_are_noise():
    left, right = (
        f"<pre>&lt;A object at {at}&gt;</pre>" for at in ("0x7f1fd3336b90", "0x7f00aaaa")
    )
    assert differences(left, right) == []


def test_a_style_is_shown():
    assert differences('<b style="color: red">1</b>', '<b style="color: blue">1</b>') != []


def drawing(*points, name="m1a2b3", date="2024-01-01"):
    path = " ".join(map(str, points))
    return (
        f"<svg><metadata><dc:date>{date}</dc:date></metadata>"
        f'<defs><path id="{name}" d="M {path}"/></defs><use href="#{name}"/>'
        f'<g clip-path="url(#{name})"/></svg>'
    )


def test_drawings_are_compared_but_for_ids_and_dates():
    assert differences(drawing(1, 2), drawing(1, 2, name="x9", date="2025-02-02"), SVG) == []
    assert differences(drawing(1, 2), drawing(1, 3), SVG) != []
    assert differences(drawing(1, 2), drawing(1, 2).replace("#m1a2b3)", "#other)"), SVG) != []


def test_a_drawing_of_matplotlib_is_the_same_when_it_is_drawn_again():
    pytest.importorskip("matplotlib")
    import io

    from matplotlib.figure import Figure

    def draw(*points):
        figure = Figure()
        figure.subplots().plot(points, marker="o")
        written = io.StringIO()
        figure.savefig(written, format="svg")
        return written.getvalue()

    one, same, other = draw(1, 2, 3), draw(1, 2, 3), draw(1, 2, 4)
    assert one != same, "ids are drawn at random"
    assert differences(one, same, SVG) == []
    assert differences(one, other, SVG) != []
