"""The op `keywords.frake`, variant chunkbook: candidates, score, parts, spans, languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import pytest

from ops.context import Context
from ops.frames import Frames
from ops.inference.resources import LocalResources
from ops.keywords.chunkbook import rank_phrases
from ops.keywords.features import FEATURES, GROUPS, length_of, measure
from ops.keywords.frake import Frake
from ops.keywords.graph import CENTRALITIES
from ops.keywords.phrases import noun_phrases, plain_phrases
from ops.keywords.tagger import BLOCK, IN_CONTEXT, tags_of
from ops.keywords.weights import ENGLISH, OTHER, TAGGED
from ops.keywords.words import MARK, NUMBER, STOP, WORD, read_words
from ops.language import LANGUAGES, load_pipeline, stem, stop_words

TEXT = """\
Word graphs for retrieval

A word graph links words that stand near each other. The word graph of a long report has many
nodes, and graph centrality ranks them. We compare graph centrality with state-space models.
The retrieval of reports by keywords needs no state-space model.
"""
FRENCH = (
    "La capsule Dragon est en orbite. La fusée Falcon 9 a lancé la capsule Dragon. "
    "L'orbite de la capsule est basse, dit la NASA."
)


def context() -> Context:
    return Context(resources=LocalResources(Path()))


def documents(*texts: str, language: str | None = None) -> pl.DataFrame:
    ids = [f"d{number}" for number in range(len(texts))]
    table = pl.DataFrame({"doc_id": ids, "text": list(texts)}, schema_overrides={"text": pl.String})
    return table if language is None else table.with_columns(language=pl.lit(language))


def run(table: pl.DataFrame, **settings: Any) -> pl.DataFrame:
    return Frake(**settings).apply(Frames({"documents": table}), context())["documents"]


def phrases(row: list[dict[str, Any]]) -> list[str]:
    return [keyword["phrase"] for keyword in row]


def english(text: str) -> tuple[Any, list[str]]:
    words = read_words(text, "en", stop_words("en"))
    return words, tags_of(words, load_pipeline("en"))


def test_noun_phrases_come_out_with_their_spans() -> None:
    row = run(documents(TEXT))["keywords"].to_list()[0]
    found = {keyword["phrase"].lower(): keyword for keyword in row}
    assert {"graph centrality", "word graph"} <= set(found)
    spans = [(s["start"], s["end"]) for s in found["word graph"]["spans"]]
    assert [TEXT[a:b].lower() for a, b in spans] == ["word graphs", "word graph", "word graph"]
    scores = [keyword["score"] for keyword in row]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)
    assert 8 <= len(row) <= 10


def test_parts_tell_the_score() -> None:
    out = run(documents(TEXT))
    keywords, parts = out["keywords"].to_list()[0], out["keyword_parts"].to_list()[0]
    assert phrases(keywords) == phrases(parts)
    share = length_of(len(english(TEXT)[0].start))
    base = TAGGED.base[0] + share * TAGGED.base[1]
    for keyword, why in zip(keywords, parts, strict=True):
        values = {part["name"]: part["value"] for part in why["parts"]}
        assert list(values) == [*GROUPS, *CENTRALITIES]
        odds = base + sum(values[name] for name in GROUPS)
        assert keyword["score"] == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-5)
        assert all(0 <= values[name] <= 1 for name in CENTRALITIES)


def test_words_are_told_apart() -> None:
    words = read_words(
        "The state-space models don't use 12 B-trees, e.g. Ada's.", "en", {"the", "use"}
    )
    kinds = dict(zip(words.surfaces(), words.kind, strict=True))
    assert kinds["state-space"] == kinds["models"] == kinds["Ada"] == WORD
    assert kinds["The"] == kinds["use"] == kinds["'s"] == STOP
    assert kinds["12"] == NUMBER
    assert kinds[","] == MARK
    assert words.stems[words.stem[words.surfaces().index("models")]] == "model"
    elided = read_words("L'orbite d'une fusée", "fr", stop_words("fr"))
    assert elided.surfaces() == ["L'", "orbite", "d'", "une", "fusée"]


def test_a_line_that_begins_with_a_capital_parts_phrases() -> None:
    words = read_words("graph theory\nWord order\nand space", "en", frozenset())
    opens = dict(zip(words.surfaces(), words.opens, strict=True))
    assert [name for name, flag in opens.items() if flag] == ["graph", "Word"]
    keys = {" ".join(words.stems[s] for s in key) for key in plain_phrases(words)}
    assert "graph theori" in keys
    assert "theori word" not in keys


def test_noun_phrases_stand_alone_at_least_once() -> None:
    words, tags = english("The nonlinear control systems work well. Control systems are old.")
    found = noun_phrases(words, tags)
    names = {" ".join(words.stems[s] for s in key): p for key, p in found.items()}
    assert set(names) == {"nonlinear control system", "control system"}
    assert len(names["control system"].places) == 2
    assert names["control system"].alone == 1


def test_nested_and_alone_are_counted() -> None:
    words = read_words("Red fox. A red fox ran. The fox.", "en", stop_words("en"))
    found = plain_phrases(words)
    table = measure(words, None, found)
    row = {
        " ".join(words.stems[s] for s in key): dict(zip(FEATURES, values, strict=True))
        for key, values in zip(found, table.values.tolist(), strict=True)
    }
    assert row["fox"]["nested"] == pytest.approx(2 / 3)
    assert row["fox"]["alone"] == pytest.approx(1 / 3)
    assert row["red fox"]["often"] == pytest.approx(np.log(2))
    assert row["red fox"]["two"] == 1
    assert row["fox"]["begin"] < row["ran"]["begin"]


def test_rare_words_are_told_from_common_ones() -> None:
    words = read_words("centrality and people", "en", stop_words("en"))
    found = plain_phrases(words)
    values = measure(words, None, found).values[:, FEATURES.index("rare")]
    names = [" ".join(words.stems[s] for s in key) for key in found]
    rare = dict(zip(names, values.tolist(), strict=True))
    assert rare["central"] > rare["peopl"] + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_stop_words_stems_and_keywords(language: str) -> None:
    assert len(stop_words(language)) > 100
    assert stem("a", language) == "a"
    out = run(documents("Kappa zeta. Kappa zeta omega.", language=language), tags="none")
    assert "kappa zeta" in [phrase.lower() for phrase in phrases(out["keywords"].to_list()[0])]


def test_french_phrases_may_hold_stop_words() -> None:
    for settings in ({"language": "fr"}, {}):
        row = run(documents(FRENCH), **settings)["keywords"].to_list()[0]
        found = phrases(row)
        assert "capsule Dragon" in found
        assert not any(phrase.lower().startswith(("la ", "l'", "de ")) for phrase in found)
    assert ENGLISH != OTHER


def test_without_tags_the_tagger_is_not_asked() -> None:
    class NoModel(LocalResources):
        def nlp(self, language: str) -> Any:
            raise AssertionError(language)

    ctx = Context(resources=NoModel(Path()))
    out = Frake(tags="none").apply(Frames({"documents": documents(TEXT)}), ctx)["documents"]
    assert any("graph" in phrase for phrase in phrases(out["keywords"].to_list()[0]))


def test_overlap_and_never_thin_the_list() -> None:
    all_of = phrases(run(documents(TEXT), count=50)["keywords"].to_list()[0])
    apart = phrases(run(documents(TEXT), count=50, overlap=0.0)["keywords"].to_list()[0])
    assert len(apart) < len(all_of)
    words = [stem(word, "en") for phrase in apart for word in phrase.lower().split()]
    assert len(words) == len(set(words))
    never = run(documents(TEXT), count=50, never=["Graph"], tags="none")["keywords"].to_list()[0]
    assert not any(phrase.lower() == "graph" for phrase in phrases(never))


def test_chunks_are_scored_in_their_document() -> None:
    cut = TEXT.index("We compare")
    spans = [("c0", "d0", 0, cut), ("c1", "d0", cut, len(TEXT)), ("c2", "d0", cut, cut)]
    chunks = pl.DataFrame(spans, schema=["chunk_id", "doc_id", "start", "end"], orient="row")
    frames = Frames({"documents": documents(TEXT), "chunks": chunks})
    out = Frake(count=200).apply(frames, context())
    scores = {k["phrase"]: k["score"] for k in out["documents"]["keywords"].to_list()[0]}
    by_chunk = dict(zip(out["chunks"]["chunk_id"], out["chunks"]["keywords"], strict=True))
    assert len(by_chunk["c2"]) == 0
    for name, start, end in (("c0", 0, cut), ("c1", cut, len(TEXT))):
        row = by_chunk[name].to_list()
        assert row
        for keyword in row:
            assert keyword["score"] == scores[keyword["phrase"]]
            assert all(start <= s["start"] < s["end"] <= end for s in keyword["spans"])


@pytest.mark.parametrize("variant", ["chunkbook", "published"])
def test_parts_are_told_of_every_keyword_of_a_chunk(variant: Literal["chunkbook"]) -> None:
    cut = TEXT.index("We compare")
    spans = [("c0", "d0", 0, cut), ("c1", "d0", cut, len(TEXT))]
    chunks = pl.DataFrame(spans, schema=["chunk_id", "doc_id", "start", "end"], orient="row")
    frames = Frames({"documents": documents(TEXT), "chunks": chunks})
    out = Frake(count=3, variant=variant).apply(frames, context())
    own = phrases(out["documents"]["keywords"].to_list()[0])
    told = {one["phrase"]: one["parts"] for one in out["documents"]["keyword_parts"].to_list()[0]}
    assert list(told)[:3] == own
    inside = {name for row in out["chunks"]["keywords"].to_list() for name in phrases(row)}
    assert inside - set(own)
    assert set(told) == inside | set(own)
    assert all(told.values())


def test_degenerate_texts() -> None:
    texts = ["", " \n", "the of and", "Zebra", "zebra lion", "zebra " * 40, "a1 b2 c3", "?!" * 99]
    out = run(documents(*texts))
    found = [phrases(row) for row in out["keywords"].to_list()]
    assert found[:3] == [[], [], []]
    assert found[3] == ["Zebra"]
    assert "zebra" in found[5]
    assert found[7] == []
    assert run(documents()).height == 0


def test_the_batch_does_not_matter() -> None:
    table = documents(TEXT, FRENCH, TEXT.upper(), "Short text on graph theory.")
    whole = run(table)
    assert run(table.reverse()).equals(whole)
    one = pl.concat([run(table.filter(pl.col("doc_id") == name)) for name in table["doc_id"]])
    assert one.equals(whole)


def test_late_words_take_their_tags_from_early_ones() -> None:
    sentence = "The quick engine drives a large wheel slowly. "
    repeats = (IN_CONTEXT + 3000) // 9
    words, tags = english(sentence * repeats + "Zebras graze.")
    assert len(tags) == len(words.start) > IN_CONTEXT
    assert tags[:9] == tags[9 * (repeats - 1) : 9 * repeats]
    assert tags[-3] in {"NNS", "NNPS", "NNP", "NN"}
    assert BLOCK < IN_CONTEXT


def test_equal_scores_go_by_the_text() -> None:
    words = read_words("Kappa. Lambda. Sigma.", "en", frozenset())
    ranked = rank_phrases(words, None)
    assert (np.diff(ranked.score[ranked.order]) <= 0).all()


def test_the_collection_tells_documents_apart() -> None:
    texts = [f"Annual report on {thing}. The report says how {thing} grew." for thing in
             ("barley", "timber", "copper", "salmon", "tobacco", "granite")]  # fmt: skip
    table = documents(*texts)
    frames = Frames({"documents": table})
    op = Frake(scope="collection", count=20)
    assert op.sees_all
    assert not Frake().sees_all
    assert not Frake(scope="collection", variant="published").sees_all
    parts = op.summarise(frames, context())
    assert sorted(parts) == table["doc_id"].to_list()
    state = op.fit(parts[name] for name in sorted(parts))
    known = Context(resources=LocalResources(Path()), state=state)
    apart = op.apply(frames, known)["documents"]
    own = Frake(count=20).apply(frames, context())["documents"]

    def odds(row: list[dict[str, Any]], phrase: str) -> float:
        score = next(k["score"] for k in row if k["phrase"].lower() == phrase)
        return float(np.log(score / (1 - score)))

    for here, alone in zip(apart["keywords"].to_list(), own["keywords"].to_list(), strict=True):
        assert odds(here, "report") == pytest.approx(odds(alone, "report"), abs=1e-3)
    row, alone = apart["keywords"].to_list()[3], own["keywords"].to_list()[3]
    gain = odds(row, "salmon") - odds(alone, "salmon")
    assert gain == pytest.approx(np.log(7 / 2), abs=1e-3)
    told = {part["name"]: part["value"] for part in apart["keyword_parts"].to_list()[3][0]["parts"]}
    assert "collection" in told
