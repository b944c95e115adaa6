"""Nothing fancy where nobody looks; results and the rest on streams of their own."""

import os
import sys

import pytest

from tfmetric.cli import _console

ROWS = [["1", "0.25", "[b]ring[/b]"], ["2", "0.50", "bar"]]


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")


def test_table_is_tab_separated_for_a_program(capsys):
    _console.table(["rank", "distance", "class"], ROWS)
    assert capsys.readouterr().out == (
        "rank\tdistance\tclass\n1\t0.25\t[b]ring[/b]\n2\t0.50\tbar\n"
    )


def test_table_is_aligned_for_a_reader(capsys, terminal):
    _console.table(["rank", "distance", "class"], ROWS)
    lines = capsys.readouterr().out.splitlines()
    assert "\t" not in "".join(lines)
    assert lines[1].index("0.25") == lines[2].index("0.50")
    assert "[b]ring[/b]" in lines[1]  # names of classes are no markup


def test_progress_and_status_are_silent_for_a_program(capsys):
    with _console.status("Working"):
        assert list(_console.progress("Reading")([3, 1, 2])) == [3, 1, 2]
    assert capsys.readouterr() == ("", "")


def test_progress_and_status_go_to_stderr(capsys, terminal):
    with _console.status("Working"):
        pass
    assert list(_console.progress("Reading")([3, 1, 2])) == [3, 1, 2]
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Working" in shown.err
    assert "Reading" in shown.err


def test_native_logs_are_kept_out_while_tensorflow_loads(monkeypatch, capfd):
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    with pytest.raises(ImportError), _console.loading_tensorflow():
        os.write(2, b"I0000 noise\n")
        raise ImportError
    os.write(2, b"a message\n")
    assert capfd.readouterr().err == "a message\n"
