from pathlib import Path

import pytest

from softsearch.errors import RecipeError
from softsearch.recipes.tree import Place, parse_yaml, plain

FILE = Place(Path("recipe.yaml"))


def refusal(text: str) -> RecipeError:
    with pytest.raises(RecipeError) as caught:
        parse_yaml(text, FILE)
    return caught.value


def test_values_are_those_of_yaml_1_2() -> None:
    text = "a: 1e-3\nb: no\nc: 1_000\nd: ~\ne: '3'\nf: 2020-01-01\ng: true\nh: 0x10\ni: 012\nj: [1, {k: -2.5}]\n"
    expected = {"a": 1e-3, "b": "no", "c": 1000, "d": None, "e": "3", "f": "2020-01-01", "g": True}
    expected |= {"h": 16, "i": 12, "j": [1, {"k": -2.5}]}
    assert plain(parse_yaml(text, FILE)) == expected


def test_each_value_knows_the_line_of_its_key() -> None:
    tree = parse_yaml("# words\na:\n  b:\n  - 1\n  - 2\n", FILE)
    b = tree.entries["a"].entries["b"]
    assert [tree.entries["a"].place.line, b.place.line] == [2, 3]
    assert isinstance(b.value, list)
    assert [item.place.line for item in b.value] == [4, 5]


def test_an_alias_is_what_it_stands_for() -> None:
    assert plain(parse_yaml("a: &x [1]\nb: *x\n", FILE)) == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb:\n\tc: 1\n", 3, "tab"),
        ("a: 1\nb: {c: 1\nd: 2\n", 2, "not closed"),
        ("a: 1\nb: 'c\nd: 2\n", 2, "not closed"),
        ("a: 1\n  b: 2\n", 2, "not allowed here"),
        ("a: 1\nb: 2\na: 3\n", 3, "twice, first in line 1"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a: 1\nb: \x00\n", 2, "not allowed"),
        ("a: *nothing\n", 1, "alias"),
        ("a: !!python/object:os.system x\n", 1, "tag"),
        ("? [1, 2]\n: 3\n", 1, "key must be a word"),
        ("a: " + "9" * 5000, 1, "not a number"),
        ("a: 0x" + "f" * 5000, 1, "not a number"),
        ("a: 99999999999999999999", 1, "not a number"),
        ("a: 1e999", 1, "not a number"),
        ("a: .inf", 1, "not a number"),
        ("a: .nan", 1, "not a number"),
        ("a: !!int x", 1, "not a number"),
        ("a: &a [*a]", 1, "referring to itself"),
        ("[" * 30 + "]" * 30, 1, "nested too deeply"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(text: str, line: int, word: str) -> None:
    error = refusal(text)
    assert error.line == line
    assert word in str(error)


def test_brackets_a_thousand_deep_are_refused() -> None:
    assert "not YAML that can be read" in str(refusal("[" * 1000))


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [1, 1]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    assert "too many" in str(refusal("\n".join(lines)))
