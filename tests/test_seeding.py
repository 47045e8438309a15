from __future__ import annotations

from softsearch.seeding import derive


def test_a_stream_is_the_same_on_every_machine():
    assert derive(1, "dropout", 7) == 6_660_581_475_253_430_291


def test_streams_of_other_seeds_names_and_steps_differ():
    streams = [derive(seed, name, step) for seed in range(5) for name in ("dropout", "order") for step in range(100)]
    assert len(set(streams)) == len(streams)


def test_neighbouring_names_do_not_run_into_one_another():
    assert derive(1, "a", 12) != derive(1, "a", 1, 2)
    assert derive(11, "a") != derive(1, "1a")


def test_a_seed_fits_what_torch_and_numpy_accept():
    assert all(0 <= derive(seed, "order") < 2**63 for seed in range(1000))
