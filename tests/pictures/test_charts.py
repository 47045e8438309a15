"""Charts draw the points that they are given."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from softsearch.pictures import curve_panels, curves, interval_chart, length_chart, style, to_data_uri

BUCKETS = [(1, 10, 300, 38.0, 36.0, 40.0), (11, 20, 1500, 35.0, 34.0, 36.5)]


def test_curves_hold_their_points_and_leave_gaps_where_there_is_no_number() -> None:
    figure = curves({"train": [(1, 5.0), (2, float("nan")), (3, float("inf")), (4, None), (5, 2.0)]}, ylabel="loss")
    (line,) = figure.axes[0].lines
    assert line.get_xdata().tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(line.get_ydata(), [5.0, np.nan, np.nan, np.nan, 2.0])
    assert figure.axes[0].get_ylabel() == "loss"


def test_curves_may_run_over_fractions_of_a_minute() -> None:
    axes = curves({"bleu": [(0.25, 1.0), (0.75, 5.0)]}, ylabel="BLEU", xlabel="minutes $x$").axes[0]
    assert axes.get_xlabel() == "minutes $x$"
    labels = [axes.xaxis.get_major_formatter()(place) for place in axes.get_xticks()]
    assert len(set(labels)) == len(labels) > 2
    assert curves({"bleu": [(1000, 1.0)]}, ylabel="BLEU").axes[0].xaxis.get_major_formatter()(20_000.0) == "20,000"


def test_several_series_are_named_and_one_is_not() -> None:
    points = [(1, 1.0), (2, 0.5)]
    several = curves({"$a$ $b$": points, "mean": points}, ylabel="loss")
    assert [text.get_text() for text in several.legends[0].get_texts()] == ["$a$ $b$", "mean"]
    to_data_uri(several)
    assert not curves({"train": points}, ylabel="loss").legends


def test_length_chart_shows_value_interval_and_count() -> None:
    figure = length_chart({"test": BUCKETS})
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1–10\nn = 300", "11–20\nn = 1,500"]
    assert axes.lines[0].get_ydata().tolist() == [38.0, 35.0]
    bars = [segment[:, 1].tolist() for segment in axes.collections[0].get_segments()]
    assert bars == [[36.0, 40.0], [34.0, 36.5]]
    bottom, top = axes.get_ylim()
    assert bottom == 0
    assert top > 40.0


def test_series_with_different_lengths_share_one_axis() -> None:
    figure = length_chart({"a": BUCKETS, "b": [(21, 30, 5, 0.0, 0.0, 0.0), *BUCKETS[1:]]})
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["1–10", "11–20", "21–30"]


def test_a_value_outside_its_interval_is_drawn_all_the_same() -> None:
    drawn = length_chart({"test": [(1, 10, 1, 50.0, 60.0, 70.0)]}).axes[0].containers[0]
    assert drawn.lines[0].get_ydata().tolist() == [50.0]
    assert drawn.lines[2][0].get_segments()[0][:, 1].tolist() == [50.0, 70.0]


def test_scores_of_zero_are_drawn() -> None:
    assert length_chart({"test": [(1, 10, 1, 0.0, 0.0, 0.0)]}).axes[0].get_ylim() == (0.0, 1.0)


@pytest.mark.parametrize("series", [{}, {"empty": []}])
def test_nothing_is_not_a_chart(series: dict[str, list[tuple[int, float]]]) -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        curves(series, ylabel="loss")


def test_a_data_uri_holds_the_png() -> None:
    head, _, content = to_data_uri(length_chart({"test": BUCKETS})).partition(",")
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert image.format == "PNG"


def test_curves_over_doublings_lie_evenly_and_all_are_named() -> None:
    figure = curves({"loss": [(1, 3.0), (2, 2.0), (4, 1.5), (1024, 1.0)]}, ylabel="loss", doubling=True)
    axes = figure.axes[0]
    figure.canvas.draw()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "2", "4", "1,024"]
    places = axes.transData.transform([(place, 1.0) for place in (1, 2, 4, 8)])[:, 0]
    np.testing.assert_allclose(np.diff(places), np.diff(places)[0])


def test_no_two_curves_look_alike() -> None:
    series = {str(number): [(0, 1.0), (1, 2.0)] for number in range(2 * len(style.SERIES))}
    looks = [(line.get_color(), line.get_linestyle()) for line in curves(series, ylabel="loss").axes[0].lines]
    assert len(set(looks)) == len(looks)


def test_curves_of_one_name_look_alike_in_every_chart_and_are_named_once() -> None:
    points = [(1, 1.0), (2, 0.5)]
    panels = {"one": {"first": points, "bound": points}, "other": {"best": points, "first": points, "bound": points}}
    figure = curve_panels(panels, ylabel="norm", xlabel="k", dashed=["bound"])
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["one", "other"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["first", "bound", "best"]
    drawn = [(line.get_label(), line.get_color(), line.get_linestyle()) for axes in figure.axes for line in axes.lines]
    assert len(set(drawn)) == len({colour for _, colour, _ in drawn}) == 3
    assert {line for name, _, line in drawn if name == "bound"} == {"--"}


@pytest.mark.parametrize("number", [1, 3, 9])
def test_charts_of_many_are_as_tall_as_one_by_itself_and_their_label_is_not_cut(number: int) -> None:
    names = ("first", "step 1,000", "best", "bound of the best")
    series = {name: [(step, float(step)) for step in range(1, 30)] for name in names}
    figure = curve_panels({str(each): series for each in range(number)}, ylabel="norm of dh(T)/dh(T-k)", xlabel="k")
    FigureCanvasAgg(figure).draw()
    assert min(axes.get_window_extent().height for axes in figure.axes) > 1.2 * figure.dpi
    label = figure._supylabel.get_window_extent()
    assert figure.bbox.y0 <= label.y0 < label.y1 <= figure.bbox.y1


def test_dashes_are_not_hidden_by_markers() -> None:
    series = {str(number): [(0, 1.0), (1, 2.0)] for number in range(len(style.SERIES) + 1)}
    markers = [(line.get_linestyle(), line.get_marker()) for line in curves(series, ylabel="loss").axes[0].lines]
    assert set(markers) == {("-", "o"), ("--", "None")}


def test_a_chart_of_many_without_a_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        curve_panels({"one": {"first": [(1, 1.0)]}, "other": {}}, ylabel="norm", xlabel="k")


def test_an_interval_chart_holds_each_value_and_its_interval() -> None:
    found = {
        "words": {"no forget gate": (0.1, -0.1, 0.3), "RNN": (0.5, 0.4, 0.6)},
        "characters": {"no forget gate": (0.0, -0.2, 0.2), "RNN": (1.0, 0.9, 1.1)},
    }
    figure = interval_chart(found, ylabel="nats")
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["no forget\ngate", "RNN"]
    bars = [segment[:, 1].tolist() for drawn in axes.collections for segment in drawn.get_segments()]
    np.testing.assert_allclose(bars, [[-0.1, 0.3], [0.4, 0.6], [-0.2, 0.2], [0.9, 1.1]])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["words", "characters"]


@pytest.mark.parametrize(("name", "columns"), [("mean", 3), ("one thread for two, LSTM", 2), ("m" * 60, 1)])
def test_long_names_stand_in_fewer_columns(name: str, columns: int) -> None:
    figure = curves({f"{name}{number}": [(1, 1.0), (2, 0.5)] for number in range(3)}, ylabel="loss")
    FigureCanvasAgg(figure).draw()
    places = {round(text.get_window_extent().x0) for text in figure.legends[0].get_texts()}
    assert len(places) == columns
