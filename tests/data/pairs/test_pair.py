"""What is counted of the pairs that are read."""

from softsearch.data.pairs.pair import PairReport


def test_the_counts_of_two_reports_add_up():
    one = PairReport(["a"], read=5, kept=2, blank=1, too_long=1, filtered={"copy": 1}, blank_lines=[3])
    other = PairReport(["b"], read=3, kept=1, filtered={"copy": 1, "script": 1}, blank_lines=[2])
    filtered = {"copy": 2, "script": 1}
    assert one + other == PairReport(
        ["a", "b"], read=8, kept=3, blank=1, too_long=1, filtered=filtered, blank_lines=[3, 2]
    )
    assert sum([one], PairReport()) == one
