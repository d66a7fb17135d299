"""From what people write to the stems of the words that count, with a boundary where a thought ends."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

BOUNDARY, NOT = "|", "not"
DENIALS = frozenset({NOT, "deny", "without", "neither", "nor", "absent"})

_REWRITTEN = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"\b(?:can ?not|can ?t|could ?nt|could not|unable to|unable|not able to|wont|will not)\b", " not "),
        (r"\b(?:do|does|did|is|are|was|were|has|have|had|would)nt\b", " not "),
        (r"\b(?:h/o|hx of|hx)\b", " history of "),
        (r"\b(?:fit (?:and|&) (?:well|healthy)|(?:keeps?|stays?|feels?|feeling|very|physically) fit)\b", " well "),
        (
            r"\b(?:rr|respirations?|(?:breathing|respirat\w*|resp) rate)\W+(?:\w+\W+){0,2}?[1-8]\b(?!\.)",
            " slow breathing ",
        ),
        (r"\bbreath\w*\W+(?:\w+\W+){0,2}?[1-8] ?(?:times|x|/|per|a min)", " slow breathing "),
        (r"\b(cold|pale) and (cold|clammy)\b", r"\1 \2"),
        (r"\bdying (?:for|to \w+)\b", " craving "),
        (r"\b(?:negative for|free of|absence of)\b", " deny "),
        (r"\b(\w+) free\b", r" deny \1 "),
        (r"\b[1-8] breaths?\b(?! away)", " slow breathing "),
    )
)
_DENY_NOTHING = re.compile(
    r"\b(?:no|not|without) (?:relief|better|change|improve\w*|only|just|sure|doubt|gone|going away|resolved|relieved"
    r"|warning|reason(?! to live| for living)|cause|apparent \w+|trying|knowing|longer well)\b"
    r"|\bnever(?=.*\b(?:like|before|so bad|this bad|as bad)\b)"
)
_WEAK = re.compile(
    r",|\b(?:and|but|however|although|though|yet|then|plus|with|because|due to|caused by|when|while|until|since)\b|&|\+"
)
_WORD = re.compile(r"[^\W_]+|\|")


def _words(text: str) -> list[str]:
    return text.split()


_SMALL = frozenset(
    _words(
        "a an the is are am was were be been being his her my their your our its he she they i it him them me "
        "you we person patient very really quite so of in on at to from has have had having that "
        "this some bit lot lots now today getting got gets get become becomes became seems seem able "
        "properly fully even easily almost any there do does did would will just as by for who user new "
        "sudden suddenly"
    )
)
_SAME: dict[str, str] = {
    **dict.fromkeys(
        _words("woken woke waken awaken awakened awake rouse roused rousing rousable arouse waked waking"), "wake"
    ),
    **dict.fromkeys(_words("breathe breathing breaths respiration respirations breathes"), "breath"),
    **dict.fromkeys(_words("pee wee piss peeing"), "urine"),
    **dict.fromkeys(_words("poo poop faeces feces stools"), "stool"),
    **dict.fromkeys(_words("none no never"), NOT),
    **dict.fromkeys(_words("denies denied denying"), "deny"),
    **dict.fromkeys(_words("wanted wants wanting"), "want"),
    **dict.fromkeys(_words("yellowish yellowing yellowed"), "yellow"),
    **dict.fromkeys(_words("gray greyish grayish"), "grey"),
    **dict.fromkeys(_words("color coloured colored"), "colour"),
    **dict.fromkeys(_words("urinating urinates urination"), "urinate"),
    "bluish": "blue",
}


def plain(text: str) -> str:
    """Return a text in small letters, without accents or apostrophes, its contractions written out."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    letters = re.sub(r"['’`´]", "", letters)
    for pattern, meaning in _REWRITTEN:
        letters = pattern.sub(meaning, letters)
    return re.sub(r"[-/_()\"“”]", " ", letters)


def tokens(sentence: str) -> list[str]:
    """Split plain text into stems, small words left out; commas and joining words become a boundary.

    In a list that ends in "or" the commas bind: what denies the first denies them all.
    """
    binding = bool(re.search(r"\b(?:or|nor)\b", sentence)) and not re.search(r"\bbut\b", sentence)
    kept = _DENY_NOTHING.sub(" ", sentence)
    marked = _WEAK.sub(lambda found: " " if binding and found[0] == "," else f" {BOUNDARY} ", kept)
    return [stem(word) for word in _WORD.findall(marked) if word not in _SMALL]


@cache
def stem(word: str) -> str:
    """Return a word without its ending, words of one meaning as one."""
    if word in _SAME:
        return _SAME[word]
    for ending in ("ings", "ing", "ly", "ed", "es", "s"):
        shortest = 4 if len(ending) > 1 else 3
        if word.endswith(ending) and len(word) - len(ending) >= shortest and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    if word in _SAME:
        return _SAME[word]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word
