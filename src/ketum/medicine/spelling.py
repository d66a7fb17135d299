"""What of a written name does not change which medicine it is: case, salt, strength, form, marks and spaces."""

from __future__ import annotations

import re
import unicodedata

_STRENGTH = re.compile(
    r"(?<![a-z0-9-])\d[\d.,]*(?:\s*[/x-]\s*\d[\d.,]*)*\s*"
    r"(?:mg|mcg|ug|µg|μg|g|ml|l|iu|i\.u|units?|mmol|meq|%)(?:\s*/\s*\d*[\d.]*\s*(?:mg|ml|l|h|hr|hours?|day|g|dose))?"
    r"(?![a-z0-9])"
)
_BARE_NUMBER = re.compile(r"(?<![a-z0-9-])\d[\d.,]*(?:\s*[/x-]\s*\d[\d.,]*)*(?![a-z0-9-])")
_NOT_A_LETTER = re.compile(r"[^\w+/&]+|_")

_SALTS = (
    "hydrochloride hcl dihydrochloride hydrobromide hbr hydroiodide maleate tartrate bitartrate succinate fumarate "
    "hemifumarate sulfate sulphate phosphate acetate citrate mesylate mesilate besylate besilate tosylate tosilate "
    "bromide chloride iodide nitrate mononitrate gluconate lactate malate oxalate pamoate embonate carbonate "
    "sodium potassium calcium magnesium disodium anhydrous monohydrate dihydrate trihydrate hydrate medoxomil "
    "decanoate enantate enanthate valerate propionate furoate stearate ethylsuccinate estolate glycinate "
    "hyclate monohydrochloride dimesylate hydrogentartrate "
    "oxide aspartate"
)
_FORMS = (
    "tablet tablets tab tabs capsule capsules cap caps caplet caplets pill pills patch patches gel gels softgel cream "
    "ointment spray nasal oral po iv im sublingual film films lozenge troche drops solution suspension syrup elixir "
    "injection injectable depot suppository transdermal topical inhaler lotion powder effervescent chewable "
    "dispersible "
    "odt xr xl er sr cr cd la lar ec dr ir pr mr sa xt hct retard retarded slow extended sustained controlled "
    "modified delayed immediate prolonged release long acting forte rapid generic brand daily extra strength otc "
    "prn bid tid qid qd qhs medicine medication"
)
SALTS, FORMS = frozenset(_SALTS.split()), frozenset(_FORMS.split())  # fmt: skip


def plain(text: str) -> str:
    """Return a name in small letters, with single spaces and without marks, brackets' content kept."""
    small = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("ʼ", "'").replace("`", "'")
    return " ".join(_NOT_A_LETTER.sub(" ", small.replace("'", "")).split())


def key(text: str, *, numbers: bool = False) -> str:
    """Return what names a medicine in a written name.

    Parameters
    ----------
    text
        The name as written.
    numbers
        Whether bare numbers stay, as in Tylenol 3.

    Returns
    -------
    str
        Small letters without salt, strength and form; where nothing else would be left, these stay.
    """
    small = unicodedata.normalize("NFKC", text).casefold()
    small = _STRENGTH.sub(" ", small)
    if not numbers:
        small = _BARE_NUMBER.sub(" ", small)
    words = plain(small).split()
    return " ".join(_without(_without(words, FORMS), SALTS)) or plain(text)


def _without(words: list[str], idle: frozenset[str]) -> list[str]:
    # Calcium hydrochloride is a calcium: where every word is idle, the first one names it.
    return [word for word in words if word not in idle] or words[:1]
