"""Promises of every segmenter there is, over odd texts and structures."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ops.captions import Captions, spoken
from ops.context import Context
from ops.frames import CHUNKS, Frames
from ops.op import Op
from ops.registry import all_ops, op_class
from ops.segment.piece import Structure
from tests.letters import LettersOnly
from tests.segments import documents, structured, texts

SLOW = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
CUTTERS = {
    name: kind
    for name, kind in all_ops().items()
    if kind.family() == "segment" and "chunks" not in kind.reads and name != "segment.learned"
}
CHOICES: dict[str, dict[str, list[Any]]] = {
    "segment.section": {"parents": ["none", "nearest", "all"], "numbers": [True, False]},
    "segment.page": {"join": [True, False]},
    "segment.table": {"rows": [0, 1, 2], "apart": [True, False]},
    "segment.transcript": {"pause": [0.0, 1.0]},
    "segment.code": {
        "language": ["auto", "legacy", "python", "javascript"],
        "join": [True, False],
    },
    "segment.semantic": {"threshold": ["percentile", "deviation", "gradient", "mean_size"]},
    "segment.sentence": {"splitter": ["auto", "rules", "lines"]},
    "segment.cluster": {"target": [5, 30]},
    "segment.topic": {"grain": [0.1, 1.6]},
    "segment.dynamic": {"window": [1, 3], "threshold": [0.0, 0.5]},
    "segment.perplexity": {
        "threshold": ["fixed", "dynamic", "percentile"],
        "gathered": [1, 100],
        "least": [0, 7],
        "across": [True, False],
    },
    "segment.margin": {
        "threshold": ["running", "fixed"],
        "context": [1, 3],
        "least": [0, 7],
        "parents": ["none", "nearest", "all"],
    },
    "segment.equal_info": {
        "bits": [1.0, 20.0],
        "least": [0, 7],
        "across": [True, False],
        "parents": ["none", "all"],
    },
    "segment.llm": {"window": [4, 9], "least": [0, 7], "parents": ["none", "nearest"]},
}
LINES = (
    *("Article 2 Scope", "Chapter IV", "1.2 Terms. See Article 2.", "§ 3", "3. Item", "\f"),
    *("Anna: hello there.", "[00:01] Bo: hm?", "1\n00:00:01,000 --> 00:00:02,000", "def f(x):"),
    *("    return é", "class A:", "LABEL ; note", "; comment", "| a | b |", "", "## x"),
)

CUES = (
    *("WEBVTT - talk\n", "1\n00:00:01,000 --> 00:00:02,000\nFirst words here. And", "WEBVTT\n"),
    *(
        "00:01.000 --> 00:02.000 align:left\n<v.loud Anna &amp; co>Well,</v>\n",
        "7\n",
        "NOTE Why.\n",
    ),
    *("00:03.000 --> 01:04.000\n<i>so</i> it <00:02.500> is.\n\n", "STYLE\n::cue { color: red }\n"),
)


def lines() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(LINES), max_size=30).map("\n".join)


def captioned() -> st.SearchStrategy[str]:
    """Texts that begin as captions do."""
    cue = st.sampled_from(CUES)
    return st.tuples(
        st.sampled_from(CUES[:3]), st.lists(st.one_of(cue, st.sampled_from(LINES)))
    ).map(lambda parts: "\n".join([parts[0], *parts[1]]))


@pytest.mark.parametrize("name", CUTTERS)
@SLOW
@given(
    data=st.data(),
    drawn=st.one_of(
        structured(),
        texts(30).map(lambda text: (text, [])),
        lines().map(lambda text: (text, [])),
        captioned().map(lambda text: (text, [])),
    ),
)
def test_promises(name: str, data: st.DataObject, drawn: tuple[str, list[Structure]]) -> None:
    text, structure = drawn
    size = data.draw(st.integers(1, 60))
    values: dict[str, Any] = {
        "size": size,
        "tokenizer": data.draw(st.sampled_from(["words", "characters"])),
    }
    if data.draw(st.booleans()):
        values["overlap"] = _overlap(CUTTERS[name], size)
    for field, choices in CHOICES.get(name, {}).items():
        values[field] = data.draw(st.sampled_from(choices))
    op = CUTTERS[name].model_validate(values)
    table = documents([text, "", " \n\t", "two words"], [structure, [], [], []])
    ctx = Context(LettersOnly())
    chunks = op.apply(Frames({"documents": table}), ctx)["chunks"]
    assert not ctx.failures
    assert set(CHUNKS) <= set(chunks.columns)
    assert chunks["chunk_id"].is_unique().all()
    of_text = chunks.filter(doc_id="d0000")
    rows = list(of_text.iter_rows(named=True))
    captions = Captions.of(text)
    counter = LettersOnly().tokenizer(values["tokenizer"])

    for row in rows:
        assert row["text"] == text[row["start"] : row["end"]]
        assert row["text"].strip()
        counted = spoken(text)[row["start"] : row["end"]]
        least, most = counter.count([counted.strip() if captions else counted, counted])
        assert least <= row["tokens"]
        assert row["tokens"] <= most or (captions and values["tokenizer"] == "characters")
        assert row["level"] or row["tokens"] <= size
        if captions and row["derived_text"] is not None:
            ends = [span["end"] for span in row["derived_spans"]]
            told = [captions.told(span["start"], span["end"])[0] for span in row["derived_spans"]]
            assert row["derived_text"].split("\n") == told
            assert row["start"] < ends[-1] <= row["end"]
        elif row["derived_text"] is not None:
            spans = [text[span["start"] : span["end"]] for span in row["derived_spans"]]
            assert row["derived_text"] == "\n".join(spans)
            assert spans[-1] == row["text"]
        for one in row.get("references") or ():
            assert row["start"] <= one["start"] < one["end"] <= len(text)

    places = {row["chunk_id"]: (row["level"], row["start"], row["end"]) for row in rows}
    for row in rows:
        if row["parent_id"]:
            level, start, end = places[row["parent_id"]]
            assert level > row["level"]
            assert start <= row["start"]
            assert row["end"] <= end

    leaves = [row for row in rows if not row["level"]]
    assert [row["ordinal"] for row in leaves] == list(range(len(leaves)))
    covered = bytearray(len(text))
    for row in leaves:
        covered[row["start"] : row["end"]] = b"\1" * len(row["text"])
    assert not "".join(sign for sign, seen in zip(text, covered, strict=True) if not seen).strip()
    if not values.get("overlap"):
        ends = [row["end"] for row in leaves]
        assert all(end <= row["start"] for end, row in zip(ends, leaves[1:], strict=False))
    if leaves:
        assert leaves[-1]["boundary"] == "end"

    again = op.apply(Frames({"documents": table}), Context(LettersOnly()))["chunks"]
    assert again.equals(chunks)


def _overlap(kind: type[Op], size: int) -> int:
    """A third of the size, where the op takes an overlap at all."""
    try:
        kind.model_validate({"size": size, "overlap": 1})
    except ValueError:
        return 0
    return max(size // 3, 1)


@pytest.mark.parametrize("name", ["segment.merge", "segment.overlap"])
@pytest.mark.parametrize("cutter", ["segment.sentence", "segment.section", "segment.table"])
@SLOW
@given(
    data=st.data(),
    drawn=st.one_of(structured(), st.one_of(lines(), captioned()).map(lambda text: (text, []))),
)
def test_promises_of_those_that_work_on_chunks(
    name: str, cutter: str, data: st.DataObject, drawn: tuple[str, list[Structure]]
) -> None:
    text, structure = drawn
    table = documents([text, ""], [structure, []])
    size = data.draw(st.integers(1, 40))
    more = data.draw(st.integers(0, 40))
    values: dict[str, Any] = {"size": size + more, "tokenizer": "words"}
    if name == "segment.overlap":
        how = data.draw(st.sampled_from(["text", "derived"]))
        values |= {"overlap": min(more, size), "how": how}
    else:
        values |= {"under": data.draw(st.sampled_from([0, 5])), "across": data.draw(st.booleans())}
    if values.get("overlap", 0) >= values["size"]:
        values["overlap"] = 0
    first = op_class(cutter).model_validate({"size": size, "tokenizer": "words"})
    cut = first.apply(Frames({"documents": table}), Context(LettersOnly()))["chunks"]
    ctx = Context(LettersOnly())
    frames = Frames({"documents": table, "chunks": cut})
    made = op_class(name).model_validate(values).apply(frames, ctx)["chunks"]
    assert not ctx.failures
    assert made["chunk_id"].is_unique().all()
    covered = bytearray(len(text))
    for row in made.iter_rows(named=True):
        assert row["text"] == text[row["start"] : row["end"]]
        assert row["level"] or row["tokens"] <= values["size"]
        covered[row["start"] : row["end"]] = b"\1" * len(row["text"])
    assert not "".join(sign for sign, seen in zip(text, covered, strict=True) if not seen).strip()
    assert set(made["parent_id"].drop_nulls()) <= set(made["chunk_id"])
    assert made.filter(level=0).height <= cut.filter(level=0).height
