"""The person's settings of the interface: one TOML file, checked when it is read."""

from __future__ import annotations

__all__ = ["Settings", "load"]

import tomllib
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ops.errors import UsageError
from tui.places import settings_file


class Settings(BaseModel):
    """What can be set. Every field has a default, so an empty file is right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    theme: Literal["dark", "light", "contrast"] | None = Field(
        None, description="theme at every start; without it the one that was chosen last"
    )
    restore: bool = Field(
        True, description="begin where one left: notebook, screen, document and theme"
    )
    keys: dict[str, str] = Field(
        default_factory=dict,
        description='keys of an action by its name: "table.down" = "down,j"',
    )


def load() -> Settings:
    """The settings; the defaults when there is no file.

    Raises:
        UsageError: the file is there and wrong; says where.
    """
    path = settings_file()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return Settings.model_validate(told)
    except FileNotFoundError:
        return Settings.model_validate({})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="it is a TOML file") from None
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        known = ", ".join(Settings.model_fields)
        raise UsageError(f"{path} is wrong: {faults}", hint=f"it may hold {known}") from None
