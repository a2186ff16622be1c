"""Drafts of a notebook file: what each operation does to the text and to the wiring."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import NotebookError, UsageError
from ops.registry import op_class
from pipelines.draft import CellEntry, Draft, FaultEntry, History, NoteEntry, check, edit
from pipelines.draft.check import check_params
from pipelines.draft.file import Outside, Stamp, difference, look, read_text, save
from pipelines.draft.first import Survey, first_notebook, name_for, survey
from pipelines.draft.propose import Way, proposals
from pipelines.file.parse import parse

HERE = Path("handbook.yaml")
TEXT = """\
name: handbook
cells:
  - id: source
    op: load.files
    params: {path: docs}   # ours

  # Small ones.
  - id: chunks
    op: segment.recursive
    params: {size: 60, tokenizer: words}
  - note: In between.
  - id: metadata
    op: enrich.metadata
  - id: keywords
    op: keywords.frake
    input: metadata
  - id: index
    op: index.lancedb
schedule: {cron: "0 2 * * *"}
"""


def _draft(text: str = TEXT) -> Draft:
    return Draft.of(text, HERE)


def _wires(draft: Draft) -> dict[str, tuple[str, ...]]:
    return {name: draft.inputs[place] for name, place in draft.cells.items()}


def test_a_file_is_cut_into_its_cells_and_notes() -> None:
    draft = _draft()
    kinds = [type(entry) for entry in draft.entries]
    assert kinds == [CellEntry, CellEntry, NoteEntry, CellEntry, CellEntry, CellEntry]
    assert draft.text == TEXT
    assert draft.blocks.blocks[1].startswith("  # Small ones.\n")
    assert draft.blocks.blocks[0].endswith("# ours\n\n")
    assert [draft.blocks.line_of(n) for n in range(3)] == [3, 7, 11]
    assert _wires(draft)["index"] == ("keywords",)
    assert check(draft).is_right


def test_an_insert_between_takes_the_readers_along() -> None:
    draft = edit.insert_cell(
        _draft(), 2, "keywords.frake", ["chunks"], readers=["metadata"], cell_id="words"
    )
    wires = _wires(draft)
    assert wires["words"] == ("chunks",)
    assert wires["metadata"] == ("words",)
    assert wires["index"] == ("keywords",)
    assert "# ours\n\n  # Small ones.\n" in draft.text


def test_a_branch_leaves_the_readers_where_they_are() -> None:
    draft = edit.insert_cell(_draft(), 2, "segment.fixed", ["source"], params={"size": 9})
    assert _wires(draft)["chunks_2"] == ("source",)
    # It was left out, and would have come to mean the branch.
    assert _wires(draft)["metadata"] == ("chunks",)
    assert "op: enrich.metadata\n    input: chunks\n" in draft.text
    assert "params: {size: 9}" in draft.text


def test_a_copy_and_a_move_change_no_wire() -> None:
    draft = _draft()
    copied = edit.duplicate(draft, 1)
    assert copied.entries[2] == CellEntry(
        "chunks_2", "segment.recursive", ("source",), {"size": 60, "tokenizer": "words"}
    )
    assert copied.text.count("# Small ones.") == 1
    before = _wires(draft)
    for place in range(len(draft.entries)):
        for by in (-9, -1, 1, 9):
            assert _wires(edit.move(draft, place, by)) == before


def test_a_deleted_cell_hands_its_input_on() -> None:
    draft = edit.delete(_draft(), 3)
    assert _wires(draft)["keywords"] == ("chunks",)
    bare = edit.delete(_draft(), 0)
    problems = check(bare).problems
    assert "'source', which does not exist" in problems[0][0].message
    assert check(bare).blocked == {2: "chunks", 3: "chunks", 4: "chunks"}
    assert "metadata" not in check(bare).wiring.cells


def test_a_rename_goes_through_the_file() -> None:
    draft = edit.rename(_draft(), 3, "about")
    assert _wires(draft)["keywords"] == ("about",)
    assert check(draft).is_right
    with pytest.raises(UsageError, match="already"):
        edit.rename(draft, 3, "chunks")
    with pytest.raises(UsageError, match="cannot be"):
        edit.rename(draft, 3, "No!")


def test_parameters_go_and_come() -> None:
    draft = edit.set_params(_draft(), 1, {"size": 80})
    assert "params: {size: 80}" in draft.text
    bare = edit.set_params(draft, 1, {})
    assert "size" not in bare.text
    several = edit.set_params(bare, 1, {"separators": ["\n\n", ". "], "split_at_headings": True})
    entry = several.entries[1]
    assert isinstance(entry, CellEntry)
    assert entry.params == {"separators": ["\n\n", ". "], "split_at_headings": True}
    assert check(several).is_right


def test_notes_are_written_as_they_read() -> None:
    for text in ("One line.", "# Two\n\n- lines", "  leading", 'tab\tand "quotes": #x', "\x1b[31m"):
        draft = edit.set_note(_draft(), 2, text)
        note = draft.entries[2]
        assert isinstance(note, NoteEntry)
        assert note.text.rstrip("\n") == text
        assert Draft.of(draft.text, HERE).entries == draft.entries
    with pytest.raises(UsageError, match="not a note"):
        edit.set_note(_draft(), 0, "x")


@pytest.mark.parametrize(
    "text",
    [
        "name: a\ncells: [{id: source, op: load.files, params: {path: docs}}]\n",
        "cells:\n- &c\n  id: source\n  op: load.files\n  params: &p {path: docs}\n"
        "- {id: b, op: load.files, params: *p}\n",
        "cells:\n- id: source\n  op: load.files\n  params:\n    path: docs",
    ],
)
def test_other_ways_to_write_a_file(text: str) -> None:
    draft = _draft(text)
    assert check(draft).is_right
    assert parse(draft.text, HERE).cells[0].id == "source"
    again = edit.insert_cell(draft, 1, "segment.fixed", ["source"])
    assert parse(again.text, HERE).cell("chunks").inputs == ("source",)


@pytest.mark.parametrize("text", ["name: a\ncells: []\n", "name: a\ncells:\n", "cells:  # none\n"])
def test_the_first_cell_of_an_empty_list(text: str) -> None:
    draft = _draft(text)
    assert not draft.entries
    assert not check(draft).is_right
    made = edit.insert_cell(draft, 0, "load.files", params={"path": "docs"})
    assert parse(made.text, HERE).cells[0].id == "source"


def test_a_file_that_is_no_notebook_is_only_looked_at() -> None:
    for text in ("", "just text", "a: [", "cells: 3\n"):
        draft = _draft(text)
        checked = check(draft)
        assert not checked.is_right
        assert checked.first_problem is not None
        with pytest.raises(UsageError):
            edit.insert_note(draft, 0, "x")


def test_faults_are_told_at_their_cell() -> None:
    text = TEXT.replace("keywords.frake", "keywords.frak").replace("size: 60", "size: 0")
    text = text.replace("  - id: index", "  - id: [\n  - id: index")
    checked = check(_draft(text))
    assert "did you mean 'keywords.frake'" in str(checked.problems[4][0])
    assert checked.problems[1][0].line == 10
    assert "greater than or equal to 1" in checked.problems[1][0].message
    assert isinstance(checked.draft.entries[5], FaultEntry)
    assert list(checked.wiring.cells) == ["source"]
    # The others can still be changed.
    mended = edit.set_params(checked.draft, 1, {"size": 5})
    assert 1 not in check(mended).problems


def test_wrong_wiring_is_told_at_the_cell_that_has_it() -> None:
    draft = edit.insert_cell(_draft(), 2, "segment.fixed", ["source"])
    joined = edit.rewire(draft, draft.cells["index"], ["keywords", "chunks_2"])
    found = check(joined).problems
    assert list(found) == [draft.cells["index"]]
    assert "joins the chunks of two cells" in found[draft.cells["index"]][0].message
    circle = edit.rewire(_draft(), 1, ["keywords"])
    assert "circle" in str(check(circle).problems)
    assert [p.message for p in check(circle).new_problems(check(_draft()))]


def test_values_of_a_form_are_checked_by_field(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = op_class("segment.recursive")
    assert check_params(kind, {"size": 5}) == {}
    found = check_params(kind, {"size": "many", "overlap": -1})
    assert set(found) == {"size", "overlap"}
    monkeypatch.delenv("NO_SUCH_NAME", raising=False)
    assert "NO_SUCH_NAME" in check_params(kind, {"tokenizer": "${NO_SUCH_NAME}"})["tokenizer"]
    assert "" in check_params(kind, {"size": 5, "overlap": 9}) or not check_params(
        kind, {"size": 9, "overlap": 5}
    )


def test_ops_are_proposed_where_they_fit() -> None:
    checked = check(_draft())
    after = {p.kind.name: p for p in proposals(checked, "chunks")}
    assert after["keywords.frake"].misfit == ""
    assert after["keywords.frake"].readers == ("metadata",)
    assert after["segment.fixed"].readers == ()
    assert after["load.files"].inputs == ()
    first = {p.kind.name: p for p in proposals(checked, "source")}
    assert "chunks" in first["embed.llama"].misfit
    assert list(first.values())[-1].misfit
    beside = {p.kind.name: p for p in proposals(checked, "chunks", Way.BESIDE)}
    assert beside["segment.fixed"].inputs == ("source",)
    assert beside["segment.fixed"].params == {"size": 60, "tokenizer": "words"}
    assert beside["keywords.frake"].params == {}
    none = {p.kind.name: p for p in proposals(check(_draft("cells:\n")), None)}
    assert none["load.files"].misfit == ""
    assert none["segment.fixed"].misfit


def test_small_steps_are_undone_together() -> None:
    history = History.of(_draft())
    for size in (61, 62, 63):
        draft = edit.set_params(history.draft, 1, {"size": size})
        history = history.do(draft, "chunks", key="form")
    assert len(history.past) == 1
    history = history.close().do(edit.set_params(history.draft, 1, {"size": 9}), "x", key="form")
    assert len(history.past) == 2
    assert history.undo().undo().draft.text == TEXT
    assert history.undo().undo().undo().draft.text == TEXT
    assert history.redo() == history
    assert history.do(history.draft, "nothing") is history


def test_saving_notices_what_another_wrote(tmp_path: Path) -> None:
    path = tmp_path / "handbook.yaml"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    text, stamp = read_text(path)
    assert "\r\n" in text
    assert look(path, stamp) is None
    saved = save(TEXT, path, stamp)
    assert isinstance(saved, Stamp)
    assert path.read_bytes() == TEXT.encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    path.touch()
    assert look(path, saved) is None
    path.write_text("name: theirs\n", encoding="utf-8")
    outside = save("mine", path, saved)
    assert isinstance(outside, Outside)
    assert outside.text == "name: theirs\n"
    assert path.read_text(encoding="utf-8") == "name: theirs\n"
    assert "+name: theirs" in list(difference("name: mine\n", outside.text))
    assert isinstance(save("mine", path, None), Stamp)
    path.unlink()
    assert look(path, saved) == Outside(None, None)
    with pytest.raises(NotebookError, match="no such file"):
        read_text(path)
    path.touch()
    with pytest.raises(UsageError, match="cannot be written"):
        save("x", path / "under" / "a.yaml", None)


def test_a_first_notebook_suits_what_is_found(tmp_path: Path) -> None:
    assert survey(tmp_path) == Survey()
    for name in ("a.md", "b.md", "c.pdf", ".hidden.md"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    found = survey(tmp_path)
    assert found.formats == {"Markdown": 2, "PDF": 1}
    assert found.size == 12
    for kind, formats in {
        "sections": {"HTML": 3},
        "records": {"JSON Lines": 9, "text": 1},
        "captions": {"WebVTT": 2, "SubRip": 1, "text": 2},
        "slides": {"PowerPoint": 2, "Markdown": 1},
        "tables": {"CSV": 2, "TSV": 1, "Excel": 1, "PDF": 3},
        "prose": {"PDF": 4, "Markdown": 1},
    }.items():
        assert Survey(formats).kind == kind
        for embeds in (True, False):
            text = first_notebook("my_docs", "my docs", Survey(formats), embeds=embeds)
            model = parse(text, tmp_path / "a.yaml")
            assert any(cell.op.name == "embed.llama" for cell in model.cells) is embeds
            assert check(Draft.of(text, tmp_path / "a.yaml")).is_right
    assert name_for(tmp_path / "My Docs 2") == "my_docs_2"
    assert name_for(tmp_path / "2026") == "notebook_2026"
