"""What an op is, as text for the palette. Pure."""

from __future__ import annotations

__all__ = ["op_page"]

from textual.content import Content

from pipelines.draft.fields import fields_of, to_text
from pipelines.draft.propose import Proposal
from tui.widgets.plain import one_line, plain


def op_page(proposal: Proposal) -> Content:
    """An op's name, where it would be wired, its documentation and its parameters."""
    kind = proposal.kind
    parts = [Content.styled(kind.name, "bold $primary"), _wiring(proposal)]
    if proposal.like:
        said = f"{proposal.like} does this already: to compare, esc, b on it"
        parts.append(plain(said, "$secondary"))
    parts += [Content(""), plain(_flowed(kind.doc()))]
    fields = fields_of(kind)
    if fields:
        parts += [Content(""), Content.styled("Parameters", "bold")]
    for field in fields:
        value = "required" if field.required else one_line(to_text(field.default), 40) or "none"
        parts.append(Content.assemble((field.name, "bold"), "  ", plain(value, "$secondary")))
        limits = f"{field.limits} · " if field.limits else ""
        parts.append(plain(f"  {limits}{field.about}", "$quiet"))
    return Content("\n").join(parts)


def _wiring(proposal: Proposal) -> Content:
    if proposal.misfit:
        return plain(f"▲ does not fit here: {proposal.misfit}", "$warning")
    if not proposal.inputs:
        return plain("loads documents, and reads no cell", "$quiet")
    said = f"reads {', '.join(proposal.inputs)}"
    if proposal.readers:
        said += f"; {', '.join(proposal.readers)} will read it instead"
    return plain(said, "$success")


def _flowed(doc: str) -> str:
    """Paragraphs as lines, to wrap to the width there is."""
    found = [" ".join(part.split()) for part in doc.split("\n\n")]
    return "\n\n".join(found)
