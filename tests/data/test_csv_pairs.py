import csv
import os

import numpy as np
import pytest

from tfmetric.data import load_csv_pairs, triplets_from_pairs

COLUMNS = "first,second,same\n"


@pytest.fixture
def write(tmp_path):
    def write(text, name="pairs.csv", encoding="utf-8"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        return tmp_path / name

    return write


def rows(pairs):
    """What the file said, put together again."""
    first, second = (pairs.items[side].tolist() for side in (pairs.first, pairs.second))
    return list(zip(first, second, pairs.same.tolist(), strict=True))


def test_each_item_once_in_the_order_of_its_first_row(write):
    pairs = load_csv_pairs(write(COLUMNS + "owl,cat,1\ncat,ape,0\nowl,ape,False\n"))
    assert pairs.items.tolist() == ["owl", "cat", "ape"]
    assert pairs.first.tolist() == [0, 1, 0]
    assert pairs.second.tolist() == [1, 2, 2]
    assert pairs.same.tolist() == [1, 0, 0]
    assert pairs.score.tolist() == [1, 0, 0]
    assert pairs.skipped == ()
    assert {column.dtype for column in pairs[1:4]} == {np.dtype(np.int64)}
    assert pairs.items.dtype == object  # Keras takes no NumPy text of fixed width


def test_the_builders_take_the_columns(write):
    pairs = load_csv_pairs(write(COLUMNS + "a,b,1\na,c,0\n"))
    anchor, positive, negative = triplets_from_pairs(*pairs[1:4])
    assert set(zip(anchor, positive, negative, strict=True)) == {(0, 1, 2)}


def test_columns_by_name_and_a_threshold(write):
    path = write("id, likeness ,b,a\n7,3.5,Tree,tree\n8, 4 ,x,y\n9,-1e1,x,z\n")
    pairs = load_csv_pairs(path, "a", "b", "likeness", threshold=4)
    assert rows(pairs) == [("tree", "Tree", 0), ("y", "x", 1), ("z", "x", 0)]
    assert pairs.score.tolist() == [3.5, 4, -10]


def test_columns_by_number_where_the_file_begins_with_data(write):
    pairs = load_csv_pairs(write("1,a,b\n0,b,c"), 1, 2, 0)
    assert rows(pairs) == [("a", "b", 1), ("b", "c", 0)]


@pytest.mark.parametrize("name, given", [("p.tsv", {}), ("p.csv", {"delimiter": "\t"})])
def test_tabs(write, name, given):
    pairs = load_csv_pairs(write("a, b\tc\t1\n", name), 0, 1, 2, **given)
    assert rows(pairs) == [("a, b", "c", 1)]


def test_what_a_spreadsheet_writes(write, tmp_path):
    table = [["first", "second", "same"], ['say "hi"\nto, all', "你好", 1], ["b", "c", 0]]
    with (tmp_path / "sheet.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(table)  # a byte order mark, and lines that end on \r\n
    pairs = load_csv_pairs(tmp_path / "sheet.csv")
    assert rows(pairs) == [tuple(row) for row in table[1:]]


def test_quotes_as_characters(write):
    text = '"a" b\tc "d\t1\n'
    pairs = load_csv_pairs(write(text, "p.tsv"), 0, 1, 2, quotes=False)
    assert rows(pairs) == [('"a" b', 'c "d', 1)]


def test_a_field_that_is_too_long(write):
    text = "first,second,same\na,b,1\n" + "a" * 200_000 + ",b,1\n"
    with pytest.raises(ValueError, match="at most 131,072 characters.*line 3 to 3"):
        load_csv_pairs(write(text))


@pytest.mark.parametrize("text", ['"a" b,c,1\n', 'a,b,1\na,"b,1\nb,c,0\n'])
def test_quotes_that_do_not_pair_up_lose_no_rows(write, text):
    lines = text.count("\n")
    start = 1 + min(lines, 2)
    reason = rf"Expected quotes that pair.*the row from line {start} to {lines + 1}"
    with pytest.raises(ValueError, match=reason):
        load_csv_pairs(write(COLUMNS + text))


def test_bad_rows_are_left_out_with_line_and_reason(write):
    text = 'a,b,1\n\na,b\n"c\nd",e,0\n ,b,1\na,b,maybe\na,b,1e300\na,b,2\na,b,\n'
    pairs = load_csv_pairs(write(COLUMNS + text))
    assert rows(pairs) == [("a", "b", 1), ("c\nd", "e", 0)]
    expected = {
        "line 4": "at least 3 columns. Received: 2",
        "line 7": "an empty one",
        "line 8": "a judgement as a number. Received: 'maybe'",
        "line 9": "Received: '1e300'",
        "line 10": "0 or 1; scores need a threshold. Received: '2'",
        "line 11": "Received: ''",
    }
    assert [line for line, _ in pairs.skipped] == list(expected)
    for (_, reason), part in zip(pairs.skipped, expected.values(), strict=True):
        assert part in reason


def test_words_are_no_scores(write):
    path = write(COLUMNS + "a,b,true\na,c,FALSE\na,d,1\n")
    assert load_csv_pairs(path).same.tolist() == [1, 0, 1]
    path = write(COLUMNS + "a,b,true\na,c,nan\na,d,1\n")
    scored = load_csv_pairs(path, threshold=0)
    assert (scored.same.tolist(), len(scored.skipped)) == ([1], 2)


def test_images_inside_the_folder(write, tmp_path):
    for name in ("cat.png", "a b.png", "sub/owl.png"):
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).touch()
    (tmp_path / "out.png").touch()
    (tmp_path / "root" / "link.png").symlink_to(tmp_path / "root" / "cat.png")
    (tmp_path / "root" / "leak.png").symlink_to(tmp_path / "out.png")
    (tmp_path / "root" / "up").symlink_to(tmp_path)
    good = "cat.png,./sub/owl.png,0\nsub//owl.png, a b.png ,1\nlink.png,cat.png,1\n"
    bad = {
        "../out.png": "inside",
        f"{tmp_path}/root/cat.png": "inside",
        "sub/../cat.png": "inside",
        "leak.png": "inside",
        "up/out.png": "inside",
        "sub": "path of a file",
        "none.png": "path of a file",
        "\0": "",
        "x" * 5000: "",
    }
    table = COLUMNS + good + "".join(f"{name},cat.png,1\n" for name in bad)
    pairs = load_csv_pairs(write(table), root=tmp_path / "root")
    names = ["cat.png", "sub/owl.png", "a b.png", "link.png"]
    assert [os.path.relpath(item, tmp_path / "root") for item in pairs.items] == names
    assert pairs.first.tolist() == [0, 1, 3]
    assert pairs.second.tolist() == [1, 2, 0]
    assert [line for line, _ in pairs.skipped] == [f"line {5 + i}" for i in range(len(bad))]
    for (_, reason), (name, part) in zip(pairs.skipped, bad.items(), strict=True):
        assert part in reason
        assert repr(name) in reason or not part


@pytest.mark.parametrize(
    "text, given, reason",
    [
        ("a,b,c\n1,2,1\n", {}, "one column 'first'.*Received: 'a', 'b', 'c'"),
        ("first,second,same,same\n", {}, "one column 'same'"),
        ("", {}, "one column 'first'.*an empty file"),
        (COLUMNS, {}, "a row that can be used. Received: '.*pairs.csv'$"),
        (COLUMNS + "a,b\n", {}, r"1 cannot, the first: \('line 2'"),
        (COLUMNS, {"same": "second"}, "three different columns"),
        (COLUMNS, {"same": 2}, "a column to be a whole number.*'first'"),
        (COLUMNS, {"first": -1, "second": 1, "same": 2}, "at least 0. Received: -1"),
        (COLUMNS, {"delimiter": "||"}, "one character"),
        (COLUMNS, {"quotes": 0}, "quotes to be True or False"),
        (COLUMNS, {"threshold": "4"}, "threshold to be a finite number"),
        (COLUMNS, {"root": "nowhere"}, "root to be a folder"),
    ],
)
def test_tables_that_do_not_serve(write, text, given, reason):
    with pytest.raises(ValueError, match=reason):
        load_csv_pairs(write(text), **given)


def test_other_encodings_and_missing_files(write, tmp_path):
    with pytest.raises(ValueError, match=r"table in UTF-8.*pairs\.csv"):
        load_csv_pairs(write(COLUMNS + "café,b,1\n", encoding="latin-1"))
    with pytest.raises(ValueError, match=r"path of a table.*nowhere\.csv"):
        load_csv_pairs(tmp_path / "nowhere.csv")
