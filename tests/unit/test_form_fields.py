"""An op's parameters as the fields of a form."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.op import Op, parameter
from ops.registry import all_ops
from pipelines.draft.check import check_params
from pipelines.draft.fields import Kind, fields_of, from_text, to_text


class Every(Op):
    """One field of each kind."""

    name: ClassVar[str] = "test.every"

    size: int = parameter(5, "how large", unit="tokens", ge=1)
    share: float | None = parameter(None, "how much")
    switch: bool = parameter(True, "whether")
    way: Literal["fast", "slow"] = parameter("fast", "which way", speed_only=True)
    words: tuple[str, ...] = parameter(("a",), "which words")
    cuts: Literal["auto"] | tuple[str, ...] = parameter("auto", "where")
    kinds: tuple[Literal["x", "y"], ...] = parameter(("x",), "of which kinds")
    title: str = parameter(..., "what it is called", min_length=1)
    table: dict[str, int] = parameter({}, "anything")


FIELDS = {field.name: field for field in fields_of(Every)}


def test_kinds_choices_and_limits_come_from_the_type() -> None:
    kinds = {name: field.kind for name, field in FIELDS.items()}
    assert kinds == {
        "size": Kind.NUMBER,
        "share": Kind.NUMBER,
        "switch": Kind.CHOICE,
        "way": Kind.CHOICE,
        "words": Kind.LIST,
        "cuts": Kind.LIST,
        "kinds": Kind.LIST,
        "title": Kind.TEXT,
        "table": Kind.DATA,
    }
    assert FIELDS["size"].limits == "tokens, ≥ 1"
    assert FIELDS["kinds"].limits == "of x, y"
    assert FIELDS["way"].choices == ("fast", "slow")
    assert FIELDS["way"].speed_only
    assert FIELDS["switch"].choices == (False, True)
    assert FIELDS["cuts"].words == ("auto",)
    assert FIELDS["share"].optional
    assert FIELDS["title"].required


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("size", " 12 ", 12),
        ("size", "1_000", 1000),
        ("size", "${SIZE}", "${SIZE}"),
        ("share", "0.5", 0.5),
        ("share", "", None),
        ("words", "a, b ,c", ["a", "b", "c"]),
        ("words", '["a, b", "\\n"]', ["a, b", "\n"]),
        ("words", "", []),
        ("cuts", "auto", "auto"),
        ("cuts", "x", ["x"]),
        ("title", " kept as it is ", " kept as it is "),
        ("title", "", ""),
        ("table", '{"a": 1}', {"a": 1}),
    ],
)
def test_what_is_typed_is_a_value(name: str, text: str, value: Any) -> None:
    assert from_text(FIELDS[name], text) == value


@pytest.mark.parametrize(("name", "text"), [("size", "many"), ("words", "[a"), ("table", "{")])
def test_what_is_no_value_says_so(name: str, text: str) -> None:
    with pytest.raises(ValueError, match="please"):
        from_text(FIELDS[name], text)


@given(st.lists(st.text()))
def test_a_list_is_the_same_after_it_was_shown(items: list[str]) -> None:
    assert from_text(FIELDS["words"], to_text(items)) == items


@pytest.mark.parametrize("name", sorted(all_ops()))
def test_every_op_has_a_form_whose_defaults_are_right(name: str) -> None:
    kind = all_ops()[name]
    given_values = {}
    for field in fields_of(kind):
        assert field.about
        if field.required:
            continue
        shown = field.default
        if field.kind is not Kind.CHOICE:
            shown = from_text(field, to_text(field.default))
        given_values[field.name] = shown
    faults = check_params(kind, {n: v for n, v in given_values.items() if v is not None})
    assert set(faults) <= {field.name for field in fields_of(kind) if field.required}
