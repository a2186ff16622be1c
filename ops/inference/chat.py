"""From prompts to tokens, by the model's own chat template."""

from __future__ import annotations

__all__ = ["Chat"]

import ctypes
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ops.errors import ModelError
from ops.generation import Prompt, Quoted
from ops.inference.library import library
from ops.inference.loaded import Model

SYSTEM: Final = "{{system}}"
USER: Final = "{{user}}"
"""Stand for the contents while llama.cpp lays out the chat."""


class Chat:
    """Lays prompts out as the model was trained to read them.

    Only the template's own words may become control tokens. A model without a template gets the
    system's words, the user's, and an empty line. Templates are those that llama.cpp knows; it does
    not run Jinja.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self._layouts: dict[bool, tuple[str, ...]] = {}

    def tokens(self, prompt: Prompt) -> NDArray[np.int32]:
        """The token ids of a prompt, up to where the answer begins."""
        parts: list[NDArray[np.int32]] = []
        for place, piece in enumerate(self._layout(bool(prompt.system))):
            if piece == SYSTEM:
                parts.append(self._plain(prompt.system))
            elif piece == USER:
                parts += self._user(prompt.user)
            else:
                parts.append(self._model.tokenise(piece, special=place == 0, control=True))
        return np.concatenate(parts)

    def _user(self, parts: Sequence[str | Quoted]) -> list[NDArray[np.int32]]:
        return [self._plain(one.text if isinstance(one, Quoted) else one) for one in parts]

    def _plain(self, text: str) -> NDArray[np.int32]:
        return self._model.tokenise(text, special=False)

    def _layout(self, system: bool) -> tuple[str, ...]:
        """The template cut where contents go in."""
        if system not in self._layouts:
            text = self._applied(system)
            pieces = re.split(f"({re.escape(SYSTEM)}|{re.escape(USER)})", text)
            if pieces.count(USER) != 1 or pieces.count(SYSTEM) != int(system):
                raise ModelError(f"the chat template of {self._model.path} leaves out messages")
            self._layouts[system] = tuple(pieces)
        return self._layouts[system]

    def _applied(self, system: bool) -> str:
        messages = [("system", SYSTEM)] * system + [("user", USER)]
        template = self._model.chat_template
        plain = "\n\n".join(content for _, content in messages) + "\n\n"
        if template is None:
            return plain
        api = library()
        rows = (api.llama_chat_message * len(messages))(
            *(api.llama_chat_message(role.encode(), text.encode()) for role, text in messages)
        )
        room = 4_096 + len(template)
        buffer = ctypes.create_string_buffer(room)
        count = api.llama_chat_apply_template(
            template.encode(), rows, len(rows), True, buffer, room
        )
        return buffer.raw[:count].decode("utf-8", "replace") if 0 < count <= room else plain
