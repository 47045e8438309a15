"""The paired tests are sacreBLEU's, to the last digit."""

from __future__ import annotations

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

from softsearch.errors import DataError
from softsearch.metrics.alignment import alignment_statistics
from softsearch.metrics.paired import difference
from softsearch.metrics.translation import bleu_statistics, chrf_statistics

REFERENCES = [f"the {colour} house of number {n} stands near the old river ." for n in range(15) for colour in "rgb"]
GOOD = [text.replace("near", "by") if row % 4 == 0 else text for row, text in enumerate(REFERENCES)]
WORSE = [text.replace("old", "young") if row % 3 == 0 else text for row, text in enumerate(REFERENCES)]


@pytest.mark.parametrize("test", ["bs", "ar"])
@pytest.mark.parametrize(("statistics", "metric"), [(bleu_statistics, BLEU(force=True)), (chrf_statistics, CHRF())])
def test_p_values_are_those_of_sacrebleu(statistics, metric, test, monkeypatch) -> None:
    monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    systems = [("baseline", WORSE), ("system", GOOD)]
    _, results = PairedTest(systems, {"metric": metric}, [REFERENCES], test_type=test, n_samples=600)()
    (baseline, system) = next(results[name] for name in results if name != "System")
    ours = difference(
        statistics(GOOD, REFERENCES, lowercase=False),
        statistics(WORSE, REFERENCES, lowercase=False),
        resamples=600,
        shuffles=600,
    )
    assert ours.value == pytest.approx(system.score - baseline.score)
    assert 0.01 < system.p_value < 0.99
    assert {"bs": ours.p_bootstrap, "ar": ours.p_randomisation}[test] == system.p_value


def test_the_interval_is_that_of_scoring_both_on_resampled_sentences_anew() -> None:
    generator = np.random.default_rng(12345)
    naive = []
    for _ in range(12):
        rows = generator.integers(len(REFERENCES), size=len(REFERENCES))
        references = [[REFERENCES[row] for row in rows]]
        good, worse = (BLEU(force=True).corpus_score([text[r] for r in rows], references) for text in (GOOD, WORSE))
        naive.append(good.score - worse.score)
    systems = (bleu_statistics(text, REFERENCES, lowercase=False) for text in (GOOD, WORSE))
    ours = difference(*systems, resamples=12, shuffles=1)
    assert [ours.low, ours.high] == pytest.approx(np.percentile(naive, [2.5, 97.5]))


def test_a_system_does_not_differ_from_itself() -> None:
    system = bleu_statistics(GOOD, REFERENCES, lowercase=False)
    ours = difference(system, system, resamples=20, shuffles=20)
    assert (ours.value, ours.low, ours.high) == (0.0, 0.0, 0.0)
    assert (ours.p_bootstrap, ours.p_randomisation) == (1.0, 1.0)
    assert ours.to_dict()["signature"] == f"{system.signature}|bs:20|ar:20|seed:12345"


def test_links_are_compared_too_and_swaps_are_drawn_for_all_sentences() -> None:
    gold = [{(0, 0), (1, 1)} for _ in range(600)]
    right, wrong = ([{(0, 0), (1, end)} for _ in gold] for end in (1, 0))
    ours = difference(alignment_statistics(right, gold)["aer"], alignment_statistics(wrong, gold)["aer"], shuffles=999)
    assert (ours.value, ours.low, ours.high) == (-0.5, -0.5, -0.5)
    assert ours.p_randomisation == 1 / 1000


def test_scores_that_are_computed_in_different_ways_do_not_compare() -> None:
    cased, lower = (bleu_statistics(GOOD, REFERENCES, lowercase=lowercase) for lowercase in (False, True))
    with pytest.raises(ValueError, match="does not compare"):
        difference(cased, lower)
    few = bleu_statistics(GOOD[:3], REFERENCES[:3], lowercase=False)
    with pytest.raises(DataError, match="3 sentences of the system and 45 sentences of the baseline"):
        difference(few, cased)
