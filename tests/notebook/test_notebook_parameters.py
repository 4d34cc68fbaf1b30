import ast
import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_notebooks import code, codes, outlined

from nbflow.model import Outline, Parameter, ParameterKind


def read(source: str, **constraints) -> Outline:
    metadata = {"nbflow": {"parameters": constraints}} if constraints else {}
    return outlined(code(source, "parameters"), code("pass", "step:a"), **metadata)


def only(source: str, **constraints) -> Parameter:
    (parameter,) = read(source, **constraints).parameters
    return parameter


K = ParameterKind
PLAIN = [
    ("x = True", K.BOOL, True),
    ("x = 1", K.INT, 1),
    ("x = -1", K.INT, -1),
    ("x = +1", K.INT, 1),
    ("x = - -1", K.INT, 1),
    ("x = 1_000", K.INT, 1000),
    ("x = 0xff", K.INT, 255),
    ("x = 9007199254740992", K.INT, 2**53),
    ("x = -123456789012345678901234567890", K.INT, -123456789012345678901234567890),
    ("x = 1.5", K.FLOAT, 1.5),
    ("x = 1.0", K.FLOAT, 1.0),
    ("x = 1e400", K.FLOAT, math.inf),
    ("x = -1e400", K.FLOAT, -math.inf),
    ("x = '007'", K.STR, "007"),
    ("x = 'a' 'b'", K.STR, "ab"),
    ('x = """two\nlines"""', K.STR, "two\nlines"),
    ('x = "O\'Brien\\n"', K.STR, "O'Brien\n"),
    ("x = '{{ x }}'", K.STR, "{{ x }}"),
    ("x = 'größe 模'", K.STR, "größe 模"),
    ("x = r'\\d'", K.STR, "\\d"),
    ("x = None", K.NONE, None),
    ("x = []", K.LIST, []),
    ("x = [1, -2.5, 'a', None, [True]]", K.LIST, [1, -2.5, "a", None, [True]]),
    ("x = {}", K.DICT, {}),
    ("x = {'a': {'b': [1]}}", K.DICT, {"a": {"b": [1]}}),
    ("x = (1, 'a')", K.TUPLE, [1, "a"]),
    ("x = 1,", K.TUPLE, [1]),
    ("x = ()", K.TUPLE, []),
    ("x: int = 1", K.INT, 1),
    ("x: float = 1", K.FLOAT, 1.0),
    ("x: 'float' = 1", K.FLOAT, 1.0),
    ("x: list[int] = [1]", K.LIST, [1]),
    ("x: typing.Dict[str, int] = {}", K.DICT, {}),
    ("x: Final[int] = 3", K.INT, 3),
    ("x: Annotated[float, 'unit'] = 3", K.FLOAT, 3.0),
    ("x: Any = 3", K.ANY, 3),
    ("x: int | str = 3", K.ANY, 3),
    ("x: Any = (1, 2)", K.TUPLE, [1, 2]),
    ("x: Any = 1e400", K.FLOAT, math.inf),
    ("x: object = 99999999999999999999", K.INT, 99999999999999999999),
    ("x: int | float = 3", K.ANY, 3),
]
COMPUTED = [
    "x = f()",
    "x = 1 + 1",
    "x = f'{1}'",
    "x = {1, 2}",
    "x = b'a'",
    "x = 1j",
    "x = ...",
    "x = {1: 'a'}",
    "x = {**a}",
    "x = [*a]",
    "x = [(1, 2)]",
    "x = [1e400]",
    "x = [9007199254740992]",
    "x = ((1,),)",
    "x = 'a' if b else 'c'",
    "x = not True",
    "x = ~1",
    "x = '\\ud800'",
    "x = {'\\ud800': 1}",
    "x = lambda: 1",
    "x = y = f()",
    "if a:\n    x = 1\nelse:\n    x = 2",
    "try:\n    x = 1\nexcept E:\n    x = 2",
    "with a:\n    x = 1",
    "match a:\n    case 1:\n        x = 1",
    "x = 1\nx += 1",
    "x, = [*a]",
    "x, *_y = 1, 2",
    "x = !ls -la",
    "x = %env HOME",
]


@pytest.mark.parametrize(("source", "kind", "default"), PLAIN)
def test_a_plain_literal_is_a_typed_default(source: str, kind: K, default: object) -> None:
    found = only(source)
    assert (found.name, found.kind, found.default) == ("x", kind, default)
    assert type(found.default) is type(default)
    assert not found.computed
    assert codes(read(source)) == []


@pytest.mark.parametrize("source", COMPUTED)
def test_everything_else_is_computed(source: str) -> None:
    found = next(parameter for parameter in read(source).parameters if parameter.name == "x")
    assert found.computed
    assert found.default is None
    assert found.kind is K.ANY
    assert "NB201" not in codes(read(source))


@pytest.mark.parametrize(
    ("source", "kind", "nullable", "default"),
    [
        ("x: int | None = None", K.INT, True, None),
        ("x: Optional[float] = 1", K.FLOAT, True, 1.0),
        ("x: Union[None, str] = 'a'", K.STR, True, "a"),
        ("x: int = None", K.INT, True, None),
        ("x: None = None", K.NONE, True, None),
        ("x: Path | None = None", K.ANY, True, None),
    ],
)
def test_an_annotation_may_allow_none(source, kind, nullable, default) -> None:
    found = only(source)
    assert (found.kind, found.nullable, found.default) == (kind, nullable, default)


@pytest.mark.parametrize(
    ("source", "kind", "choices"),
    [
        ("x: Literal['a', 'b'] = 'a'", K.STR, ["a", "b"]),
        ("x: Literal[1, 2] | None = 1", K.INT, [1, 2, None]),
        ("x: Optional[Literal[1, 2]] = None", K.INT, [1, 2, None]),
        ("x: Literal['a'] = None", K.STR, ["a", None]),
    ],
)
def test_a_literal_annotation_lists_the_choices(source, kind, choices) -> None:
    found = only(source)
    assert found.kind is kind
    assert found.constraints.get("enum") == choices
    assert codes(read(source)) == []


def test_a_computed_default_takes_its_type_from_the_annotation() -> None:
    found = only("x: float | None = f()")
    assert (found.kind, found.computed, found.nullable) == (K.FLOAT, True, True)
    assert only("x: float = " + "9" * 400).computed


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1  # how many", "how many"),
        ("x: float = 1  # how many", "how many"),
        ("# how many\nx = 1", "how many"),
        ("# how many\n# there are\nx = 1", "how many there are"),
        ("# above\nx = 1  # behind", "behind"),
        ("# far\n\nx = 1", None),
        ("x = [  # first\n    1,\n]", "first"),
        ("x = [\n    1,  # inside\n]  # last", "last"),
        ("x = 1  # noqa: E501", None),
        ("x = 1  # type: ignore", None),
        ("x = '# no comment'", None),
        ("x = 1  #", None),
        ("# ----\nx = 1", None),
        ("# größe\nx = 1", "größe"),
    ],
)
def test_the_help_is_the_comment(source: str, expected: str | None) -> None:
    assert only(source).help == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# papermill\nx = 1\ny = 2", [None, None]),
        ("# papermill\nx = 1  # how many\ny = 2", ["how many", None]),
        ("# how many\nx = 1\n\ny = 2", ["how many", None]),
        ("# how many\nx = 1\n# how far\ny = 2", ["how many", "how far"]),
        ("# which\nx = [\n    1,\n]\n\ny = 2", ["which", None]),
        ("# both\nx = [\n    1,\n]\ny = 2", [None, None]),
    ],
)
def test_a_comment_above_several_lines_is_a_heading_and_no_help(
    source: str, expected: list[str | None]
) -> None:
    assert [found.help for found in read(source).parameters] == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1 + 1  # two", ["1 + 1"]),
        ("x = [\n  1,\n]", ["[\n  1,\n]"]),
        ("x = 'ü' + f('é')", ["'ü' + f('é')"]),
        ("x, y = 1, f(2)", ["1", "f(2)"]),
        ("x = y = 3", ["3", "3"]),
        ("x = !ls -la", ["!ls -la"]),
        ("x, y = f()", ["f()", "f()"]),
        ("x = 1; y = 2", ["1", "2"]),
    ],
)
def test_the_source_is_the_authors(source: str, expected: list[str]) -> None:
    assert [parameter.source for parameter in read(source).parameters] == expected


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import os\ndef f(): y = 1\nclass C: z = 1\nx = 1", ["x"]),
        ("for i in range(3):\n    y = i\nx = 1", ["x"]),
        ("a.b = 1\na['c'] = 2\nx = 1", ["x"]),
        ("%matplotlib inline\nx = 1\n!ls\nassert x\nx?", ["x"]),
        ("%%time\nx = 1", ["x"]),
        ("if True:\n    %load_ext a\nx = 1", ["x"]),
        ("x = 1\ny = 2\nx = 3", ["x", "y"]),
        ("(x, [y, z]) = 1, [2, 3]", ["x", "y", "z"]),
        ("x: int", []),
        ("x: int\nx = 1", ["x"]),
        ("print(w := 1)", []),
        ("text = '''\n%not magic\n'''", ["text"]),
        ("größe = 1", ["größe"]),
        ("", []),
        ("# nothing", []),
    ],
)
def test_parameters_are_what_the_cell_assigns(source: str, names: list[str]) -> None:
    found = read(source)
    assert [parameter.name for parameter in found.parameters] == names
    assert "NB201" not in codes(found)


@pytest.mark.parametrize(
    ("source", "expected", "line"),
    [
        ("x = ", "NB201", 1),
        ("x = 1\ny = (", "NB201", 2),
        ("x = 1\n  y = 2", "NB201", 2),
        ("x = '\0'", "NB201", None),
        ("x = " + "(" * 500, "NB201", 1),
        ("x = 1\ny = x + 1", "NB202", 2),
        ("x = 1\n[y] = f(x)", "NB202", 2),
        ("a = 1\nb = 2\nif a > b:\n    c = a", "NB202", 4),
        ("list = [1]", "NB203", 1),
        ("db_password = 'hunter2'", "NB204", 1),
        ("API_KEY = 'abc123'", "NB204", 1),
        ("apiKey = 'abc123'", "NB204", 1),
        ("hf_token = 'hf_a1b2c3d4e5f6g7h8'", "NB204", 1),
        ("x = 1\nx = 2", "NB205", 2),
        ("nbflow_run = 1", "NB208", 1),
        ("x: int = 'a'", "NB209", 1),
        ("x: str = 1", "NB209", 1),
        ("x: list = (1,)", "NB209", 1),
        ("x: Literal['a'] = 'b'", "NB207", 1),
        ("\nx: int", "NB210", 2),
        ("%%bash\nx=1", "NB211", None),
        ("%%timeit\nx = 1", "NB211", None),
    ],
)
def test_what_is_wrong_is_told_with_its_line(source: str, expected: str, line: int | None) -> None:
    found = read(source)
    assert codes(found) == [expected]
    assert found.diagnostics[0].cell == "cell-0000"
    assert found.diagnostics[0].line == line


@pytest.mark.parametrize(
    "source",
    [
        "password = ''",
        "password = None",
        "password = '<your password>'",
        "password = 'changeme'",
        "api_key = os.environ['KEY']",
        "secret_path = '/run/secrets/db'",
        "credential_file = 'creds.json'",
        "tokenizer = 'bert-base-uncased-1234567890'",
        "pad_token = '[PAD]'",
        "eos_token = '</s>'",
        "token = 'word'",
        "max_tokens = 4096",
        "x = 1\nx = x + 1",
        "x = 1\nif a:\n    x = 2",
    ],
)
def test_what_is_fine_is_not_told(source: str) -> None:
    assert codes(read(source)) == []


def test_the_last_assignment_counts_across_cells() -> None:
    found = outlined(
        code("x = 1  # help\ny = 1", "parameters"), code("x = 2", "pipeline-parameters"), code("x")
    )
    assert [(p.name, p.default, p.cell, p.help) for p in found.parameters] == [
        ("x", 2, "cell-0001", "help"),
        ("y", 1, "cell-0000", None),
    ]
    assert codes(found) == ["NB205"]


@pytest.mark.parametrize(
    ("source", "schema", "message"),
    [
        ("x = 1", {"minimum": 2}, "is 1, less than 2"),
        ("x = 3", {"maximum": 2}, "is 3, more than 2"),
        ("x = 2", {"exclusiveMinimum": 2}, "is 2, not more than 2"),
        ("x = 0.35", {"multipleOf": 0.1}, "not a multiple of 0.1"),
        ("x = 'c'", {"enum": ["a", "b"]}, "is 'c', not one of 'a', 'b'"),
        ("x = True", {"enum": [1]}, "is True, not one of 1"),
        ("x = 'abc'", {"maxLength": 2}, "has 3 characters, more than 2"),
        ("x = 'abc'", {"pattern": "^[0-9]+$"}, "does not match"),
        ("x = 'abc'", {"pattern": "("}, "cannot be compared"),
        ("x = [1, 'a']", {"items": {"type": "integer"}}, "item [1] is 'a', not integer"),
        ("x = [1, 1]", {"uniqueItems": True}, "the same item twice"),
        ("x = []", {"minItems": 1}, "has 0 items, fewer than 1"),
        ("x = {}", {"required": ["a"]}, "lacks 'a'"),
    ],
)
def test_a_default_that_breaks_its_constraint_is_an_error(source, schema, message) -> None:
    found = read(source, x=schema)
    assert codes(found) == ["NB207"]
    assert message in found.diagnostics[0].message


@pytest.mark.parametrize(
    ("source", "schema"),
    [
        ("x = 2", {"minimum": 2, "maximum": 2}),
        ("x = 0.3", {"multipleOf": 0.1}),
        ("x = f()", {"minimum": 2}),
        ("x: int | None = None", {"minimum": 2}),
        ("x = 'a'", {"enum": ["a"], "title": "A", "section": "S", "examples": ["a"]}),
    ],
)
def test_a_default_within_its_constraint_is_fine(source, schema) -> None:
    assert codes(read(source, x=schema)) == []


def test_a_constraint_for_an_unknown_parameter_is_an_error_with_the_nearest() -> None:
    found = read("rate = 1", rat={"minimum": 0})
    assert codes(found) == ["NB206"]
    assert found.diagnostics[0].hint == "Did you mean 'rate'? Parameters: rate."


def test_an_invalid_escape_in_the_authors_code_warns_nobody_here() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert only("x = '\\d'").default == "\\d"


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(plain | st.integers() | st.tuples(plain, plain))
def test_a_default_is_what_python_makes_of_the_literal(value: object) -> None:
    found = only(f"x = {value!r}")
    expected = ast.literal_eval(repr(value))
    if isinstance(expected, tuple):
        assert found.kind is K.TUPLE
        expected = list(expected)
    assert found.default == expected
    assert type(found.default) is type(expected)
    assert not found.computed
    assert found.source == (repr(value))


@given(st.text(max_size=60) | st.text(alphabet="x=1[]{}()%!?#'\"\n \\:,if", max_size=60))
def test_no_parameters_cell_makes_the_outline_raise(source: str) -> None:
    for parameter in read(source).parameters:
        assert parameter.name
