"""The picture of growth that `make bench` draws."""

from tests.bench.picture import draw


def results(sizes: tuple[int, ...]) -> dict[str, list[dict[str, object]]]:
    return {f"look-up, {size:,} stored statements": [{"what": "rapidfuzz over all of them", "value": size / 1000}] for size in sizes}


def test_a_figure_of_two_sizes_is_a_line_that_tells_how_much_it_has_grown():
    drawn = draw(results((10_000, 1_000_000)))
    assert drawn.count("<polyline") == 1
    assert "compare with all (rapidfuzz): 100.0 x" in drawn


def test_what_was_measured_at_one_size_alone_is_left_out():
    more = results((10_000, 100_000)) | {"whole pipeline, 10,000 stored claims": [
        {"what": "text in to changes stored, against the bare parse", "value": 1.4}]}
    assert "whole pipeline" not in draw(more)
