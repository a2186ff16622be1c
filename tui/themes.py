"""The colours: a dark, a light and a high-contrast theme."""

from __future__ import annotations

__all__ = ["DARK", "DEFAULT", "THEMES", "fallbacks"]

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="chunkbook-dark",
    dark=True,
    background="#11151a",
    surface="#161b22",
    panel="#1e252e",
    foreground="#d3dae3",
    primary="#6fb3c4",
    secondary="#a3a5e0",
    accent="#e0b36a",
    success="#8fbf8a",
    warning="#e0b36a",
    error="#e0827a",
    variables={
        "quiet": "#8a96a5",
        "faint": "#5a6674",
        "line": "#2c3540",
        "cursor": "#263947",
        "cursor-blurred": "#1d2833",
        "chunk-odd": "#173038",
        "chunk-even": "#2c2d49",
        "chunk-overlap": "#55431f",
        "chunk-selected": "#2f7487",
        "chunk-selected-text": "#ffffff",
        "border": "#6fb3c4",
        "border-blurred": "#2c3540",
        "block-cursor-background": "#263947",
        "block-cursor-foreground": "#e6ebf1",
        "footer-background": "#161b22",
        "footer-key-foreground": "#6fb3c4",
        "footer-description-foreground": "#8a96a5",
        "scrollbar": "#2c3540",
        "scrollbar-hover": "#3b4755",
        "scrollbar-background": "#11151a",
        "scrollbar-background-hover": "#11151a",
        "scrollbar-background-active": "#11151a",
        "input-selection-background": "#6fb3c4 35%",
    },
)

LIGHT: Final = Theme(
    name="chunkbook-light",
    dark=False,
    background="#f7f5f0",
    surface="#fdfcf9",
    panel="#ece8df",
    foreground="#2a2f36",
    primary="#1c7286",
    secondary="#5a58b0",
    accent="#9a620b",
    success="#3c7a3f",
    warning="#9a620b",
    error="#b23f36",
    variables={
        "quiet": "#626a73",
        "faint": "#9a9d9f",
        "line": "#d8d3c7",
        "cursor": "#d3e4e6",
        "cursor-blurred": "#e8ebe7",
        "chunk-odd": "#d5eaee",
        "chunk-even": "#e4e1f6",
        "chunk-overlap": "#f5dfad",
        "chunk-selected": "#2f8599",
        "chunk-selected-text": "#ffffff",
        "border": "#1c7286",
        "border-blurred": "#d8d3c7",
        "block-cursor-background": "#d3e4e6",
        "block-cursor-foreground": "#1d2228",
        "footer-background": "#ece8df",
        "footer-key-foreground": "#1c7286",
        "footer-description-foreground": "#626a73",
        "scrollbar": "#d0cabd",
        "scrollbar-hover": "#b9b3a6",
        "scrollbar-background": "#f7f5f0",
        "scrollbar-background-hover": "#f7f5f0",
        "scrollbar-background-active": "#f7f5f0",
        "input-selection-background": "#1c7286 25%",
    },
)

CONTRAST: Final = Theme(
    name="chunkbook-contrast",
    dark=True,
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    foreground="#ffffff",
    primary="#5fe3ff",
    secondary="#d0b3ff",
    accent="#ffd84a",
    success="#7cff7c",
    warning="#ffd84a",
    error="#ff8a80",
    variables={
        "quiet": "#d8d8d8",
        "faint": "#b0b0b0",
        "line": "#8a8a8a",
        "cursor": "#ffd84a 45%",
        "cursor-blurred": "#4a4a4a",
        "chunk-odd": "#003f5c",
        "chunk-even": "#4c1d78",
        "chunk-overlap": "#7a5200",
        "chunk-selected": "#ffffff",
        "chunk-selected-text": "#000000",
        "border": "#ffd84a",
        "border-blurred": "#8a8a8a",
        "block-cursor-background": "#ffd84a",
        "block-cursor-foreground": "#000000",
        "footer-background": "#000000",
        "footer-key-foreground": "#ffd84a",
        "footer-description-foreground": "#ffffff",
        "scrollbar": "#8a8a8a",
        "scrollbar-hover": "#ffffff",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
    },
)

THEMES: Final = (DARK, LIGHT, CONTRAST)
DEFAULT: Final = DARK.name


def fallbacks(theme: Theme) -> dict[str, str]:
    """Our own names of colours, for a theme that does not know them."""
    known = theme.to_color_system().generate()
    foreground, primary = known["foreground"], known["primary"]
    return {
        "quiet": f"{foreground} 65%",
        "faint": f"{foreground} 40%",
        "line": f"{foreground} 20%",
        "cursor": f"{primary} 30%",
        "cursor-blurred": f"{primary} 15%",
        "chunk-odd": f"{primary} 20%",
        "chunk-even": f"{known['secondary']} 25%",
        "chunk-overlap": f"{known['warning']} 35%",
        "chunk-selected": primary,
        "chunk-selected-text": known["background"],
    }
