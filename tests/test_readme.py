"""The README's Python runs as printed, but for the number of epochs."""

import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_python_blocks_run():
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    first = {}
    exec(blocks[0].replace("epochs=5", "epochs=1, verbose=0"), first)
    assert first["matches"].ids[0, 0] == 0  # the query itself
    assert first["codes"].shape == (len(first["digits"]), 8)
    second = {}
    exec(blocks[1], second)
    assert second["model"].loss is not None
