"""The demo runs whole, and the README shows the table that it prints."""

from pathlib import Path

import pytest

README = (Path(__file__).parents[2] / "README.md").read_text()


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    from contextlib import redirect_stdout
    from io import StringIO

    from tfmetric.cli._demo import demo

    folder = tmp_path_factory.mktemp("demo")
    printed = StringIO()
    with redirect_stdout(printed):
        demo(folder / "output", folder / "saved_models", epochs=1)
    return folder, printed.getvalue()


def cells(line):
    return [cell.strip() for cell in line.strip("| \n").split("|")]


def test_everything_promised_is_written(demo):
    folder, printed = demo
    for name in ("neighbours.png", "map.png", "model/model.keras", "index/items.json"):
        assert (folder / "output" / name).stat().st_size > 100
    assert (folder / "saved_models/digits/1/saved_model.pb").is_file()
    assert "imports only tensorflow: ok" in printed
    assert "two-stage search keeps" in printed
    for verb in ("search", "train FOLDER", "tensorflow_model_server"):
        assert verb in printed.partition("Next:")[2]


def test_readme_shows_a_table_of_the_same_shape(demo):
    folder, _ = demo
    written = (folder / "output" / "table.md").read_text().splitlines()
    shown = README.partition("<!-- demo table -->")[2].partition("<!--")[0]
    shown = shown.strip().splitlines()
    assert cells(shown[0]) == cells(written[0])
    assert [cells(line)[0] for line in shown] == [cells(line)[0] for line in written]
    for line in shown[2:]:
        scores = [cell for cell in cells(line)[1:] if cell not in ("", "–")]
        assert all(0 <= float(score) <= 1 for score in scores)


def test_every_row_of_the_table_has_its_scores(demo):
    folder, _ = demo
    rows = [cells(r) for r in (folder / "output/table.md").read_text().splitlines()[2:]]
    assert len(rows) == 12
    scored = [[c for c in row[1:] if c not in ("", "–")] for row in rows]
    assert [len(scores) for scores in scored] == [0, 4, 4, 4, 1, 1] * 2
