"""Telling languages and loading pipelines."""

from __future__ import annotations

import pytest

from ops import language
from ops.detection import Detected, detect
from ops.errors import ModelError
from ops.language import load_pipeline

TEXTS = {
    "en": "The library reads documents and cuts them into chunks that people can search.",
    "de": "Die Bibliothek liest Dokumente und zerlegt sie in Abschnitte, die man suchen kann.",
    "fr": "La bibliothèque lit des documents et les découpe en morceaux que l'on peut chercher.",
    "es": "La biblioteca lee documentos y los divide en fragmentos que se pueden buscar.",
    "zh": "这个库读取文档并把它们切成可以搜索的小块。",
}


@pytest.mark.parametrize("wanted", TEXTS)
def test_languages_are_told_apart(wanted: str) -> None:
    detected = detect(TEXTS[wanted])
    assert detected.language == wanted
    assert 0.5 < detected.score <= 1


@pytest.mark.parametrize("text", ["", "123 456", "… -- !!"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert detect(text) == Detected(None, 0.0)


def test_a_long_text_is_told_by_a_sample() -> None:
    assert detect(TEXTS["de"] * 5_000) == detect(TEXTS["de"] * 5_000)
    assert detect(TEXTS["de"] * 5_000).language == "de"


def test_english_has_names_and_is_loaded_once() -> None:
    pipeline = load_pipeline("en")
    assert pipeline is load_pipeline("en")
    assert {"ner", "tagger", "tok2vec"} <= set(pipeline.pipe_names)
    (entity,) = pipeline("Angela Merkel sprach.").ents
    assert (entity.text, entity.label_) == ("Angela Merkel", "PERSON")


@pytest.mark.parametrize("name", ["de", "ja", "xx", "no-such-language"])
def test_other_languages_have_a_sentencizer(name: str) -> None:
    pipeline = load_pipeline(name)
    assert pipeline.pipe_names == ["sentencizer"]
    assert len(list(pipeline("One. Two.").sents)) == 2


def test_a_missing_model_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "ENGLISH", "en_core_web_not_there")
    load_pipeline.cache_clear()
    try:
        with pytest.raises(ModelError, match="en_core_web_not_there") as caught:
            load_pipeline("en")
    finally:
        load_pipeline.cache_clear()
    assert "pip install" in caught.value.hint
