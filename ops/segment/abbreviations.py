"""Words that tell whether a stop ends a sentence: English, with some German and French."""

from __future__ import annotations

__all__ = ["ALWAYS", "OFTEN", "STARTERS"]

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALWAYS: Final = _words("""
    adm al amb approx bzw ca capt cf cmdr cmte col cpl cpt d.h dr e.g eg eq eqs fig figs fr ft gen
    gov hon i.e ie lt maj messrs mlle mm mme mr mrs ms mt nos nr pp pres prof rep rev sen sgt st
    supt u.a viz vol vols vs z.b
""")
"""Abbreviations that something always follows."""

OFTEN: Final = _words("""
    apr art assn aug ave bd bldg blvd bros ch co corp dec dept div ed eds est etc ext feb fri hwy
    inc jan jr jul jun llc ltd mar mon no nov oct p para pl rd sat sec sep sept sq sr sun tel thu
    thur thurs tue tues univ usw wed
""")
"""Abbreviations that may end a sentence too: they do when a word from STARTERS follows."""

STARTERS: Final = _words("""
    a after all also although an and are as at because before but by can could did do does for from
    had has have he here his how however i if in is it its let many may might most my no not on one
    or our please she should since so some than that the their then there these they this those
    thus was we were what when where which while who why will with would yes you your
    das der die er es ich in sie wir elle il je la le les nous un une el las los
""")
"""Words that often begin a sentence, and seldom a name."""
