"""`softsearch predict` and `look` with executors of programs."""

from __future__ import annotations

import pytest

RECIPE = """
task: {kind: execution}
data: {kind: addition, length: 2, num_valid: 2, num_test: 2}
model: {kind: reader_writer, embedding: 4, hidden: 4}
training: {batch_size: 2, max_steps: 1, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""


def test_a_program_comes_from_standard_input_whatever_a_windows_editor_puts_around_it(run, command, typed):
    typed("\ufeffprint(12+34)\r\n".encode())
    ended = command("predict", run)
    assert (ended.code, ended.err) == (0, "")
    assert "(the answer is 46)" in ended.out


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("print(1//2)", "<stdin>: line 1, column 7: // is not"),
        ("a=3\nprint(a)", "<stdin>: line 1, column 1: this network has never read such a character"),
        ("print(-5)", "allowed: 0 to 9 and those of print(+)"),
        ("print(1+\xff", "<stdin>:1: the line is not UTF-8"),
    ],
)
def test_a_mistake_in_a_program_is_placed_on_standard_input(program, told, run, command, typed):
    typed(program.encode("latin-1"))
    ended = command("predict", run)
    assert ended.code == 2
    assert told in ended.err


def test_what_is_no_sum_of_two_numbers_is_warned_of(run, command, typed):
    typed(b"print(1+2+3)")
    ended = command("predict", run)
    assert (ended.code, ended.err) == (
        0,
        "warning: this network has learnt from sums of two numbers, and this is none\n",
    )


@pytest.mark.parametrize("program", ["print(12+34)", "print(" + "1+" * 4000 + "1)"])
def test_a_program_in_place_of_a_file_is_told_how_to_give_it(program, run, command):
    ended = command("predict", run, program)
    assert ended.code == 2
    assert f"no such file\n  fix: to give a program: echo '{program}' | softsearch predict {run}\n" in ended.err


def test_a_file_that_is_not_there_is_told_with_the_nearest_and_a_folder_is_none(run, command, tmp_path):
    (tmp_path / "one.py").write_text("print(1+2)")
    assert f"did you mean: {tmp_path / 'one.py'}?" in command("predict", run, tmp_path / "onee.py").err
    assert "is a folder" in command("predict", run, tmp_path).err


def test_what_has_cells_and_no_attention_offers_gradients_alone(run, command):
    assert "allowed: --gradients\n  fix: give --gradients" in command("look", run).err
    assert "allowed: --gradients\n" in command("look", run, "--memory").err
