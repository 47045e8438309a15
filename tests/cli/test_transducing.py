"""`softsearch predict` and `look` with transducers."""

from __future__ import annotations

import pytest

RECIPE = """
task: {kind: transduction}
data: {kind: sum, length: [1, 2], num_valid: 2, num_test: 2}
model: {kind: recurrent, hidden: 2}
training: {batch_size: 2, max_steps: 1, threads: 1, schedule: {kind: constant, warmup_steps: 0}}
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[[true]]", "step 1 has something else"),
        ('{"input": [[1]]}', "there are no inputs"),
        ('{"input": [[1]]}', "did you mean: inputs?"),
    ],
)
def test_a_line_that_is_no_sequence_of_numbers_is_told(line, told, run, command, typed):
    typed(line.encode())
    ended = command("predict", run)
    assert ended.code == 2
    assert told in ended.err


def test_a_run_with_cells_offers_its_gradients(run, command):
    assert "allowed: --memory, --gradients\n" in command("look", run).err
    assert "allowed: --memory, --gradients\n" in command("look", run, "--cells").err
