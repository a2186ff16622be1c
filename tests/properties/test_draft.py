"""Whatever is done to a draft: undo brings back the bytes, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ops.errors import UsageError
from pipelines.draft import CellEntry, Draft, History, NoteEntry, check, edit

NOTEBOOK = """\
# At the top.
name: handbook   # its name
cells:
  # About the source.
  - id: source  # of everything
    op: load.files
    params:
      path: docs      # where they are
      include: ["**/*.md"]   # only these

  - note: |
      # Notes stay
      as they are.

  - id: chunks
    op: segment.recursive
    params: {size: 60, tokenizer: words}  # small
  # About the keywords.
  - {id: keywords, op: keywords.frake}
  - id: graph
    op: link.graph
    input: keywords
  - id: index
    op: index.lancedb
    input: [keywords, graph]
# At the end.
schedule: {cron: "0 2 * * *"}
"""

OPS = ("segment.fixed", "keywords.frake", "enrich.metadata", "load.files", "no.such_op")
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
VALUES = st.one_of(
    st.integers(-5, 5000),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    st.lists(TEXT, max_size=3),
    st.none(),
)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)


@st.composite
def acts(draw: st.DrawFn, draft: Draft) -> Draft:
    """One thing done to a draft."""
    if not draft.entries:
        return edit.insert_note(draft, 0, draw(TEXT))
    place = draw(st.integers(0, len(draft.entries) - 1))
    ids = list(draft.cells)
    inputs = draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)) if ids else []
    entry = draft.entries[place]
    match draw(st.integers(0, 8)):
        case 0:
            op = draw(st.sampled_from(OPS))
            readers = draft.readers(inputs[0])[:1] if inputs else ()
            return edit.insert_cell(draft, place, op, inputs, readers=readers)
        case 1:
            return edit.insert_note(draft, place, draw(TEXT))
        case 2:
            return edit.duplicate(draft, place)
        case 3:
            return edit.move(draft, place, draw(st.integers(-3, 3)))
        case 4:
            return edit.delete(draft, place)
        case 5 if isinstance(entry, NoteEntry):
            return edit.set_note(draft, place, draw(TEXT))
        case 6 if isinstance(entry, CellEntry) and inputs:
            return edit.rewire(draft, place, inputs)
        case 7 if isinstance(entry, CellEntry):
            params = dict(entry.params)
            params[draw(st.sampled_from(["size", "overlap", "path", "x"]))] = draw(VALUES)
            return edit.set_params(draft, place, params)
        case 8 if isinstance(entry, CellEntry):
            return edit.rename(draft, place, draw(NAMES))
    return draft


@settings(max_examples=60, deadline=None)
@given(st.data(), st.booleans())
def test_undoing_everything_gives_the_same_bytes(data: st.DataObject, windows: bool) -> None:
    text = NOTEBOOK.replace("\n", "\r\n") if windows else NOTEBOOK
    history = History.of(Draft.of(text, Path("handbook.yaml")))
    assert history.draft.text == text
    texts = [text]
    for _ in range(data.draw(st.integers(1, 8))):
        try:
            draft = data.draw(acts(history.draft))
        except UsageError:
            continue
        history = history.do(draft, "something")
        if draft.text != texts[-1]:
            texts.append(draft.text)
        _is_sound(draft)
    for expected in reversed(texts):
        assert history.draft.text == expected
        history = history.undo()
    assert history.draft.text == text
    for expected in texts[1:]:
        history = history.redo()
        assert history.draft.text == expected


def _is_sound(draft: Draft) -> None:
    """The file says what the draft does; what stands around the cells is untouched."""
    again = Draft.of(draft.text, draft.path)
    assert again.entries == draft.entries
    assert again.inputs == draft.inputs
    loaded = YAML(typ="safe").load(draft.text)
    assert loaded["name"] == "handbook"
    assert loaded["schedule"]["cron"] == "0 2 * * *"
    assert draft.text.startswith("# At the top.")
    assert "# At the end." in draft.text
    checked = check(draft)
    told = set(checked.problems) | set(checked.blocked)
    for place, entry in enumerate(draft.entries):
        right = isinstance(entry, NoteEntry) or entry.id in checked.wiring.cells  # type: ignore[union-attr]
        assert right or place in told


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_not_touched_keeps_its_lines(data: st.DataObject) -> None:
    draft = Draft.of(NOTEBOOK, Path("handbook.yaml"))
    place = data.draw(st.sampled_from([0, 2]))
    entry = draft.entries[place]
    assert isinstance(entry, CellEntry)
    params = {**entry.params, "size": data.draw(VALUES)}
    made = edit.set_params(draft, place, params)
    before, after = draft.blocks.blocks, made.blocks.blocks
    assert [n for n, block in enumerate(before) if after[n] != block] in ([], [place])
    for comment in ("# of everything", "# where they are", "# only these", "# small", "# About"):
        assert comment in made.text
    reread = Draft.of(made.text, draft.path).entries[place]
    assert isinstance(reread, CellEntry)
    assert reread.params["size"] == params["size"]
