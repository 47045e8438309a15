"""A signal is a wish that is noted; a second Ctrl-C is an order."""

from __future__ import annotations

import signal
import threading

import pytest

from softsearch.training.signals import interruptible


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_noted_and_the_old_handler_comes_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with interruptible() as interruption:
        assert interruption.signal is None
        signal.raise_signal(number)
        assert interruption.signal == number
    assert signal.getsignal(number) == before


def test_a_second_ctrl_c_quits_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("went on after the second Ctrl-C")
    assert signal.getsignal(signal.SIGINT) == before


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    seen: list[object] = []

    def work() -> None:
        with interruptible() as interruption:
            seen.append(interruption.signal)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [None]
