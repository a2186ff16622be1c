"""Where code is."""

from __future__ import annotations

import pytest

from ops.enrich.code import code_spans, merge, overlaps


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in code_spans(text, [])]


def test_fenced_blocks() -> None:
    text = "Before.\n\n```python\nx = 1\n```\n\nAfter `inline` words.\n"
    assert found(text) == ["```python\nx = 1\n```\n"]


def test_a_longer_fence_holds_a_shorter_one() -> None:
    text = "````\n```\ninner\n```\n````\nafter\n"
    assert found(text) == ["````\n```\ninner\n```\n````\n"]


def test_a_fence_that_is_never_closed_runs_to_the_end() -> None:
    assert found("Words.\n\n```\nx\ny") == ["```\nx\ny"]


def test_an_underline_of_tildes_is_no_fence() -> None:
    assert found("Title\n~~~~~\n\nWords go on here.\n") == []


def test_blocks_after_two_colons() -> None:
    text = "Run it::\n\n    some text\n\n    more\n\nProse again.\n"
    assert found(text) == ["    some text\n\n    more\n"]


def test_a_code_directive() -> None:
    text = ".. code-block:: sh\n\n  anything here\n\nProse.\n"
    assert found(text) == ["  anything here\n"]


@pytest.mark.parametrize(
    "code",
    [
        ">>> import os\n>>> os.getcwd()\n",
        "$ pip install thing\n$ thing run\n",
        "def f(x):\n    return x\n\nf(3)\n",
        "git clone somewhere\ncd somewhere\n",
        "int main() {\n  return 0;\n}\n",
        "SELECT a FROM b\nUPDATE b SET a = 1\n",
        "import os\nfrom sys import path\n",
        'x = 5\ny.z = "a"\n',
    ],
)
def test_runs_of_lines_that_look_like_code(code: str) -> None:
    text = f"Some words come first.\n{code}And words come last.\n"
    assert found(text) == [code]


@pytest.mark.parametrize(
    "prose",
    [
        "One line (with brackets).\nFor him, while she went: it was so.\n",
        "import duties rose\nfrom here on they fell\n",
        "We class this as a win;\nso does he.\n",
        "If so, then:\n\n- one\n- two\n",
        "Use `x = 5` and `f(3)` here.\nAlso `y`.\n",
    ],
)
def test_prose_is_no_code(prose: str) -> None:
    assert found(prose) == []


def test_one_line_alone_proves_nothing() -> None:
    assert found("He said\nx = 5\nand left.\n") == []


def test_structure_counts_and_is_merged() -> None:
    text = "```\nabc\n```\n" + "tail"
    structure = [
        {"kind": "code", "start": 0, "end": 12, "level": 0, "label": ""},
        {"kind": "heading", "start": 12, "end": 16, "level": 1, "label": "tail"},
        {"kind": "code", "start": 14, "end": 16, "level": 0, "label": ""},
    ]
    assert code_spans(text, structure) == [(0, 12), (14, 16)]


def test_overlaps_by_at_least_one_character() -> None:
    spans = merge([(5, 8), (2, 3), (7, 10), (4, 4)])
    assert spans == [(2, 3), (5, 10)]
    expected = {(0, 2): False, (0, 3): True, (3, 5): False, (4, 6): True, (9, 12): True}
    assert {span: overlaps(spans, *span) for span in expected} == expected
    assert not overlaps(spans, 6, 6)
    assert not overlaps([], 0, 5)
