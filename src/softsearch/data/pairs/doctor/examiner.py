"""The examination of one set of pairs, while somebody else reads them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from softsearch.data.pairs.doctor.findings import OF_BOTH, Finding, Place, Tally, worst_first
from softsearch.data.pairs.doctor.profile import LEARNT_FROM, Profile
from softsearch.data.pairs.doctor.repeats import Seen
from softsearch.data.pairs.doctor.shift import ShiftFinder
from softsearch.data.pairs.pair import Pair

_ONE_IN = 8


class Examiner:
    """Examines pairs as they pass. It keeps fingerprints, lengths and the first places of each kind, but no texts.

    Parameters
    ----------
    names
        The files of source and target, for places such as ``train.de:17``.
    whole_up_to
        Of the pairs after so many, one block of some thousand in eight is examined, to save time; None: all are.
    """

    def __init__(self, *, names: tuple[str, str], whole_up_to: int | None = None) -> None:
        self._names = names
        self._whole_up_to = whole_up_to
        self._num_seen = 0
        self._waiting: list[Pair] = []
        self._profile: Profile | None = None
        self.num_pairs = 0
        self._tally = Tally()
        self._pairs, self._sources, self._targets = Seen(), Seen(), Seen()
        self._shift = ShiftFinder()
        self._lines = array("I")

    def watch(self, pairs: Iterable[Pair]) -> Iterator[Pair]:
        """Yield pairs as they come, and examine them some thousand at a time."""
        for pair in pairs:
            self._waiting.append(pair)
            if len(self._waiting) == LEARNT_FROM:
                self._examine_waiting()
            yield pair

    def findings(self) -> list[Finding]:
        """Return what was found in the pairs so far, the worst first."""
        if self._waiting:
            self._examine_waiting()
        return worst_first([*self._tally.findings(self.num_pairs), *self._shift_finding()])

    def _examine_waiting(self) -> None:
        pairs, self._waiting = self._waiting, []
        self._num_seen += len(pairs)
        is_beyond = self._whole_up_to is not None and self._num_seen > self._whole_up_to
        if is_beyond and self._num_seen // LEARNT_FROM % _ONE_IN:
            return
        self.num_pairs += len(pairs)
        if self._profile is None:
            self._profile = Profile.learnt(pairs)
        for pair in pairs:
            texts = pair.source, pair.target
            for kind, side in self._profile.judge(pair):
                shown = texts if kind in OF_BOTH else texts[side : side + 1]
                self._tally.add(kind, f"{self._names[side]}:{pair.line}", shown)
        self._compare(pairs)
        self._shift.add(pairs)
        self._lines.extend(pair.line for pair in pairs)

    def _compare(self, pairs: list[Pair]) -> None:
        lines = [pair.line for pair in pairs]
        again = self._pairs.add([hash((pair.source, pair.target)) for pair in pairs], lines)
        sources = self._sources.add([hash(pair.source) for pair in pairs], lines)
        targets = self._targets.add([hash(pair.target) for pair in pairs], lines)
        for pair, *earlier in zip(pairs, again, sources, targets, strict=True):
            for kind, line in zip(("duplicate", "source_again", "target_again"), earlier, strict=True):
                if line:
                    where, texts = f"{self._names[0]}:{pair.line}", (pair.source, pair.target)
                    self._tally.add(kind, where, texts, f"as in line {line}")
                    if kind == "duplicate":
                        break

    def _shift_finding(self) -> list[Finding]:
        shift = self._shift.first()
        if shift is None:
            return []
        line = self._lines[shift.row]
        sign = "+" if shift.offset > 0 else "-"
        text = f"from about here on, line i of the source fits line i {sign} {abs(shift.offset)} of the target"
        place = Place(f"{self._names[0]}:{line}", text)
        rest = self.num_pairs - shift.row
        return [Finding("shift", rest, rest / self.num_pairs, (place,))]
