"""Numbers over time as the points of a picture."""

from __future__ import annotations

from secretsui.web import sparkline


def test_the_greatest_number_is_on_top_and_the_last_has_a_point() -> None:
    picture = sparkline.of([10, 5, 0])
    assert picture is not None
    assert picture.line == "M0 3L46 13L92 23"
    assert picture.area == "M0 26L0 3L46 13L92 23V26z"
    assert (picture.x, picture.y) == ("92", "23")


def test_nothing_but_zeros_is_a_line_at_the_bottom() -> None:
    picture = sparkline.of([0, 0])
    assert picture is not None
    assert picture.line == "M0 23L92 23"


def test_one_number_is_no_course() -> None:
    assert sparkline.of([4]) is None
    assert sparkline.of([]) is None
