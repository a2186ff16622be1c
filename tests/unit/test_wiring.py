"""Which column of which cell each cell reads, and what forbids it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import polars as pl

from ops.frames import Schema
from ops.op import Columns, Op, Segmenter, Source
from pipelines.file.model import Cell
from pipelines.file.wiring import wire


class Load(Source):
    name: ClassVar[str] = "load.test"


class Cut(Segmenter):
    name: ClassVar[str] = "segment.test"


class Words(Op):
    name: ClassVar[str] = "keywords.test"
    reads: ClassVar[Columns] = {"documents": ("text",)}
    uses: ClassVar[Columns] = {"chunks": ("start", "end")}
    writes: ClassVar[Mapping[str, Schema]] = {
        "documents": {"keywords": pl.String()},
        "chunks": {"keywords": pl.String()},
    }


class Join(Op):
    name: ClassVar[str] = "join.test"
    reads: ClassVar[Columns] = {"chunks": ("text",), "documents": ("keywords",)}


SOURCE = Cell("source", Load(), (), 1)
CHUNKS = Cell("chunks", Cut(), ("source",), 2)


def test_each_column_has_one_writer() -> None:
    cells = [SOURCE, CHUNKS, Cell("words", Words(), ("chunks",), 3), Cell("j", Join(), ("words",))]
    wiring, problems = wire(cells)
    assert problems == ()
    assert wiring is not None
    assert wiring.cells["j"].reads == {
        "chunks": {"text": "chunks"},
        "documents": {"keywords": "words"},
    }
    assert wiring.cells["j"].creators == {"chunks": "chunks", "documents": "source"}
    assert wiring.above("j") == ("source", "chunks", "words")
    assert wiring.below("chunks") == ("words", "j")


def test_a_frame_that_no_input_has_is_not_written() -> None:
    wiring, _ = wire([SOURCE, Cell("words", Words(), ("source",))])
    assert wiring is not None
    assert list(wiring.cells["words"].outputs) == ["documents"]


def test_reading_order_bends_only_as_far_as_inputs_demand() -> None:
    cells = [Cell("words", Words(), ("chunks",)), SOURCE, CHUNKS]
    wiring, _ = wire(cells)
    assert wiring is not None
    assert list(wiring.cells) == ["source", "chunks", "words"]


def test_a_column_that_no_input_writes() -> None:
    _, problems = wire([SOURCE, CHUNKS, Cell("j", Join(), ("chunks",), 7)])
    (problem,) = problems
    assert "join.test reads documents.keywords, which no input writes" in problem.message
    assert problem.line == 7


def test_chunks_of_two_segmenters_do_not_join() -> None:
    other = Cell("other", Cut(), ("source",), 3)
    _, problems = wire([SOURCE, CHUNKS, other, Cell("j", Words(), ("chunks", "other"), 4)])
    (problem,) = problems
    assert "'chunks'" in problem.message
    assert "'other'" in problem.message


def test_a_column_that_two_inputs_write() -> None:
    cells = [
        SOURCE,
        CHUNKS,
        Cell("a", Words(), ("chunks",)),
        Cell("b", Words(), ("chunks",)),
        Cell("j", Join(), ("a", "b"), 9),
    ]
    _, problems = wire(cells)
    assert [p.message for p in problems] == [
        "cell 'j': both 'a' and 'b' write documents.keywords",
        "cell 'j': both 'a' and 'b' write chunks.keywords",
    ]


def test_a_circle_is_drawn() -> None:
    cells = [SOURCE, Cell("a", Words(), ("b",), 2), Cell("b", Words(), ("a",), 3)]
    _, problems = wire(cells)
    (problem,) = problems
    assert problem.message == "the cells read each other in a circle: a → b → a"


def test_names() -> None:
    cells = [SOURCE, SOURCE, Cell("a", Words(), ("sorce",), 5), Cell("s", Load(), ("a",))]
    _, problems = wire(cells)
    said = [str(problem) for problem in problems]
    assert "two cells are called 'source'; the other is on line 1" in said[0]
    assert "5:1: cell 'a' takes its input from 'sorce'" in said[1]
    assert "did you mean 'source'?" in said[1]
    assert "takes no input" in said[2]
