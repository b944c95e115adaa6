"""Tables of judged pairs: images or texts, and whether the two of a row match."""

import csv
import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tfmetric._core._checks import check_count, check_flag, check_number

_WORDS = {"true": "1", "false": "0"}


class ItemPairs(NamedTuple):
    """Pairs of positions in a list of items, each item once, and what the file says.

    `fit([items[first], items[second]], same)` trains a Siamese network on texts, and
    `triplets_from_pairs(first, second, same)` and its like take these columns.
    """

    items: np.ndarray  # (items,) texts or paths, as Python objects for Keras
    first: np.ndarray  # (pairs,) int64
    second: np.ndarray  # (pairs,) int64
    same: np.ndarray  # (pairs,) int64, 1 where the two match and 0 where not
    score: np.ndarray  # (pairs,) float32, what the file says
    skipped: tuple[tuple[str, str], ...]  # (line, reason) of each row that was left out


def load_csv_pairs(
    path,
    first="first",
    second="second",
    same="same",
    *,
    root=None,
    threshold=None,
    delimiter=None,
    quotes=True,
):
    """Loads pairs of texts or of images from a table that says whether they match.

    Choose it where pairs were judged, rather than examples labelled: duplicates, faces,
    sentences of like meaning. The file is UTF-8, with or without a byte order mark; a
    quoted field may hold delimiters and line ends.

    A row that cannot be used is left out and listed in `skipped` with its line: too few
    columns, an item that is empty, a judgement that is no number, and of images a path
    that is absolute, leads out of `root` (by `..` or by a link) or to no file. Pairs of
    an item with itself are kept.

    Args:
        path: the file.
        first, second: columns of the two items: names that stand in the first row, or
            numbers from 0 if the file begins with data.
        same: column of the judgement, 1 or true where the two match, 0 or false where
            they do not; with `threshold` any number that grows with similarity.
        root: folder that the items are paths in, as of images; None if they are texts.
        threshold: judgements of at least this are matches; None if they are 0 and 1.
        delimiter: one character between columns; by default a tab if `path` ends on
            `.tsv`, else a comma.
        quotes: whether `"` encloses fields; False where it is a character as any other.

    Returns:
        `ItemPairs`. Items are in the order in which they first occur. Of images they are
        paths, for `ImageFiles(pairs.items, image_size)`.

    Raises:
        ValueError: no such file or folder, not UTF-8, a column that is not there, quotes
            that do not pair up, or no row that can be used.

    Cost: O(rows) time; all texts are in memory, each once. Images are not opened.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "pairs.csv"
    ...     _ = file.write_text("a,b,likeness\\nHi,Hello,4.5\\nHi,Bye,1\\nHi,,5\\n")
    ...     pairs = load_csv_pairs(file, "a", "b", "likeness", threshold=3)
    >>> pairs.items[pairs.second], pairs.same
    (array(['Hello', 'Bye'], dtype=object), array([1, 0]))
    >>> pairs.skipped
    (('line 4', 'Expected an item in each column. Received: an empty one'),)
    """
    path, columns = Path(path), _as_columns(first, second, same)
    item = _text if root is None else _finder(Path(root))
    threshold = None if threshold is None else check_number(threshold, "threshold")
    settings = _settings(path, delimiter, check_flag(quotes, "quotes"))
    numbers, pairs, skipped = {}, [], []
    for line, row, places in _rows(path, columns, settings):
        try:
            *pair, judgement = _cells(row, places)
            pair = [item(text) for text in pair]
            judged = _judge(judgement, threshold)
        except ValueError as error:
            skipped.append((f"line {line}", str(error)))
        else:
            pairs.append([numbers.setdefault(item, len(numbers)) for item in pair])
            pairs[-1].extend(judged)
    if not pairs:
        reason = f"; {len(skipped)} cannot, the first: {skipped[0]}" if skipped else ""
        raise ValueError(
            "Expected a table of pairs, with a row that can be used. "
            f"Received: {str(path)!r}{reason}"
        )
    *positions, score = zip(*pairs, strict=True)
    return ItemPairs(
        np.array(list(numbers), object),
        *np.array(positions, np.int64),
        np.array(score, np.float32),
        tuple(skipped),
    )


def _as_columns(*columns):
    names = all(isinstance(column, str) for column in columns)
    if len(set(columns)) < len(columns):
        raise ValueError(f"Expected three different columns. Received: {columns}")
    return columns if names else [check_count(place, "a column", 0) for place in columns]


def _settings(path, delimiter, quotes):
    if delimiter is None:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    if not isinstance(delimiter, str) or len(delimiter) != 1:
        raise ValueError(f"Expected delimiter to be one character. Received: {delimiter!r}")
    quoting = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    return {"delimiter": delimiter, "quoting": quoting, "strict": True}


def _rows(path, columns, settings):
    """The line, the cells and the places of the columns, of each row not blank."""
    if not path.is_file():
        raise ValueError(f"Expected the path of a table. Received: {str(path)!r}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader, start = csv.reader(file, **settings), 1
        try:
            if isinstance(columns[0], str):
                columns = _places(next(reader, []), columns, path)
            start = reader.line_num + 1
            for row in reader:
                if row:
                    yield start, row, columns
                start = reader.line_num + 1
        except UnicodeDecodeError as error:
            raise ValueError(
                f"Expected a table in UTF-8. Received: {str(path)!r} ({error})"
            ) from error
        except csv.Error as error:
            raise ValueError(
                "Expected quotes that pair up around whole fields, of at most "
                f"{csv.field_size_limit():,} characters; quotes=False takes them as they "
                f"are. Received: {str(path)!r}, the row from line {start} to "
                f"{reader.line_num} ({error})"
            ) from error


def _places(header, columns, path):
    names = [name.strip() for name in header]
    for column in columns:
        if names.count(column) != 1:
            raise ValueError(
                f"Expected one column {column!r} in {str(path)!r}; for a table that "
                f"begins with data give numbers. "
                f"Received: {', '.join(map(repr, names)) or 'an empty file'}"
            )
    return [names.index(column) for column in columns]


def _cells(row, columns):
    if len(row) <= max(columns):
        raise ValueError(
            f"Expected at least {max(columns) + 1} columns. Received: {len(row)}"
        )
    return [row[column] for column in columns]


def _text(text):
    if not text.strip():
        raise ValueError("Expected an item in each column. Received: an empty one")
    return text


def _finder(root):
    """A function from what stands in the table to the path of a file inside `root`."""
    if not root.is_dir():
        raise ValueError(f"Expected root to be a folder. Received: {str(root)!r}")
    target = root.resolve()

    @functools.cache  # to follow links takes longer than to read a row
    def find(text):
        path = Path(_text(text).strip())
        file = root / path
        try:
            inside = file.resolve().is_relative_to(target)
            if path.is_absolute() or ".." in path.parts or not inside:
                raise ValueError(
                    f"Expected a path inside {str(root)!r}. Received: {text!r}"
                )
            exists = file.is_file()
        except (OSError, RuntimeError) as error:
            raise ValueError(f"Expected a path. Received: {text!r} ({error})") from error
        if not exists:
            raise ValueError(f"Expected the path of a file. Received: {text!r}")
        return str(file)

    return find


def _judge(text, threshold):
    """Whether the two match, as 1 or 0, and the number in the file."""
    if threshold is None:
        text = _WORDS.get(text.strip().lower(), text)
    try:
        score = check_number(float(text), "same")
    except ValueError:
        raise ValueError(f"Expected a judgement as a number. Received: {text!r}") from None
    if threshold is None and score not in (0, 1):
        raise ValueError(
            f"Expected a judgement of 0 or 1; scores need a threshold. Received: {text!r}"
        )
    return int(score >= (1 if threshold is None else threshold)), score
