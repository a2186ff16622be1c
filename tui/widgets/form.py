"""The parameters of a cell: a form made from its op's fields, checked with every key."""

from __future__ import annotations

__all__ = ["FieldRow", "ParameterForm"]

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from ops.op import Op
from pipelines.draft.check import check_params
from pipelines.draft.fields import Field, Kind, fields_of, from_text, to_text
from tui.widgets.choice import Choice
from tui.widgets.plain import one_line, plain, visible

MISSING: Final = object()
"""A parameter that the file does not set."""


class FieldRow(Widget):
    """One parameter: its name and where it is entered; below, what it is, or what is wrong."""

    class Changed(Message):
        """Its value is another."""

    class Left(Message):
        """The one before or after it is wanted."""

        def __init__(self, row: FieldRow, by: int) -> None:
            super().__init__()
            self.row = row
            self.by = by

    def __init__(self, field: Field, given: Any) -> None:
        super().__init__(id=f"field-{field.name}")
        self.field = field
        self.given = given
        """The value as the file has it, or `MISSING`."""
        self.fault = ""

    @property
    def shown(self) -> Any:
        """The value that counts now."""
        return self.field.default if self.given is MISSING else self.given

    def compose(self) -> ComposeResult:
        yield Static(classes="field-name")
        if self.field.kind is Kind.CHOICE and not self._is_variable(self.shown):
            yield Choice(self.field.choices, self.shown)
        else:
            held = "required" if self.field.required else "none" if self.field.optional else ""
            yield Input(visible(to_text(self.shown)), placeholder=held, compact=True)
        yield Static(classes="field-about")

    @staticmethod
    def _is_variable(value: Any) -> bool:
        return isinstance(value, str) and "${" in value

    def on_mount(self) -> None:
        self.say()

    @property
    def editor(self) -> Input | Choice:
        """Where the value is entered."""
        found = self.query_one("Input, Choice")
        assert isinstance(found, Input | Choice)
        return found

    def say(self, fault: str = "") -> None:
        """Tell its name, and below what it is, or what is wrong with its value."""
        self.fault = fault
        self.set_class(bool(fault), "-wrong")
        changed = self.given is not MISSING
        name = Content.styled(self.field.name, "bold" if changed else "$quiet")
        self.query_one(".field-name", Static).update(name)
        about = self.query_one(".field-about", Static)
        if fault:
            about.update(plain(one_line(f"▲ {fault}", 300), "$error"))
            return
        limits = f"{self.field.limits} · " if self.field.limits else ""
        tail = " · only speed" if self.field.speed_only else ""
        if changed and not self.field.required:
            tail += f" · default {one_line(to_text(self.field.default), 40) or 'none'}"
        about.update(plain(f"{limits}{self.field.about}{tail}", "$quiet"))

    def set(self, given: Any) -> None:
        """Show another value, without telling."""
        self.given = given
        editor = self.editor
        if isinstance(editor, Choice):
            editor.set(self.shown)
        elif _value(self.field, editor.value) != self.shown:
            with self.prevent(Input.Changed):
                editor.value = visible(to_text(self.shown))
        self.say()

    def on_input_changed(self, message: Input.Changed) -> None:
        message.stop()
        try:
            value = from_text(self.field, message.value)
        except ValueError as error:
            self.say(str(error))
            self.post_message(self.Changed())
            return
        self._take(value)

    def on_choice_changed(self, message: Choice.Changed) -> None:
        message.stop()
        self._take(message.choice.value)

    def _take(self, value: Any) -> None:
        """A value that says the default is written only where something was written before."""
        unset = value is None and (self.field.required or self.field.default is None)
        if unset or (self.given is MISSING and value == self.field.default):
            self.given = MISSING
        else:
            self.given = value
        self.say()
        self.post_message(self.Changed())

    def reset(self) -> None:
        """Back to the default."""
        self.set(MISSING)
        self.post_message(self.Changed())

    def on_input_submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.post_message(self.Left(self, 1))

    def on_key(self, event: events.Key) -> None:
        step = {"up": -1, "down": 1}.get(event.key)
        if step is not None:
            event.stop()
            event.prevent_default()
            self.post_message(self.Left(self, step))


def _value(field: Field, text: str) -> Any:
    try:
        return from_text(field, text)
    except ValueError:
        return MISSING


class ParameterForm(Vertical):
    """A row for each parameter of the cell that is shown; tells whenever one is another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "reset", "Default", id="form.reset", tooltip="Set this parameter back"),
        Binding("escape", "close", "Back", key_display="esc", id="form.close"),
    ]

    class Changed(Message):
        """The values are others; `faults` are by field, "" for all together."""

        def __init__(self, cell: str, params: Mapping[str, Any], faults: Mapping[str, str]) -> None:
            super().__init__()
            self.cell = cell
            self.params = params
            self.faults = faults

    class Closed(Message):
        """Done with it."""

    def __init__(self) -> None:
        super().__init__(id="form-panel", classes="panel")
        self.cell = ""
        self.kind: type[Op] | None = None
        self._others: dict[str, Any] = {}
        """Parameters in the file that the op does not have."""

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="form-rows", can_focus=False)
        yield Static(id="form-fault")

    @property
    def rows(self) -> list[FieldRow]:
        return list(self.query(FieldRow))

    @property
    def faulty(self) -> bool:
        """Whether something is entered that is no value yet."""
        return any(row.fault for row in self.rows) or bool(self.query_one("#form-fault").display)

    @property
    def params(self) -> dict[str, Any]:
        """The parameters as the file is to have them."""
        set_here = {row.field.name: row.given for row in self.rows if row.given is not MISSING}
        return {**self._others, **set_here}

    async def show(self, cell: str, kind: type[Op], params: Mapping[str, Any]) -> None:
        """Show the parameters of a cell."""
        fields = fields_of(kind)
        known = {field.name for field in fields}
        self._others = {name: value for name, value in params.items() if name not in known}
        if (cell, kind) == (self.cell, self.kind) and self.rows:
            for row in self.rows:
                row.set(params.get(row.field.name, MISSING))
        else:
            self.cell, self.kind = cell, kind
            self.border_title = plain(f"{cell} · {kind.name}")
            holder = self.query_one("#form-rows", VerticalScroll)
            await holder.remove_children()
            rows = [FieldRow(field, params.get(field.name, MISSING)) for field in fields]
            await holder.mount_all(rows or [Static("It has no parameters.", classes="quiet")])
            holder.scroll_home(animate=False)
        self._check()

    def enter(self) -> None:
        """Put the cursor into the first field."""
        rows = self.rows
        if rows:
            self.screen.set_focus(rows[0].editor)

    def _check(self) -> dict[str, str]:
        assert self.kind is not None
        faults = check_params(self.kind, self.params)
        typed = {row.field.name: row.fault for row in self.rows if row.fault}
        general = faults.pop("", "")
        for row in self.rows:
            found = faults.get(row.field.name, "")
            if found and row.given is MISSING and row.field.required:
                found = "it needs a value"
            if found:
                row.say(found)
        unknown = [n for n in faults if n not in {row.field.name for row in self.rows}]
        if unknown:
            general = general or f"{unknown[0]}: {faults[unknown[0]]}"
        fault = self.query_one("#form-fault", Static)
        fault.display = bool(general)
        fault.update(plain(one_line(f"▲ {general}", 300), "$error"))
        return {**typed, **faults, **({"": general} if general else {})}

    def on_field_row_changed(self, message: FieldRow.Changed) -> None:
        message.stop()
        for row in self.rows:
            editor = row.editor
            if isinstance(editor, Choice) or _value(row.field, editor.value) is not MISSING:
                row.say()
        self.post_message(self.Changed(self.cell, self.params, self._check()))

    def on_field_row_left(self, message: FieldRow.Left) -> None:
        message.stop()
        rows = self.rows
        there = rows.index(message.row) + message.by
        if 0 <= there < len(rows):
            rows[there].editor.focus()
            rows[there].scroll_visible(animate=False)

    def _focused_row(self) -> FieldRow | None:
        return next((row for row in self.rows if row.has_focus_within), None)

    def action_reset(self) -> None:
        row = self._focused_row()
        if row is not None:
            row.reset()

    def action_close(self) -> None:
        self.post_message(self.Closed())
