"""Medicines that CYP3A or CYP2D6 clear: what is on file of the share that an enzyme carries.

A size needs a share that was seen: ``fm_derived`` rows (1 - 1/AUC ratio under the strongest inhibitor on file),
from which the gut wall's part is taken out, or the reference victims of ``victims.csv``. A share that is only
remembered gives no size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from ketum.arrays import Array
from ketum.enzymes.algebra import MOST_FM, fm_of
from ketum.enzymes.pairs import REMEMBERED_FG_SD
from ketum.evidence import Fact, facts_in
from ketum.pharmacology.parameters import moved
from ketum.writing.texts import NOTHING, Text, say

UNKNOWN_FG, UNKNOWN_FG_SD = 0.8, 0.8
FM_SD = 0.3
"""SD on the logit scale of a share in the liver that was seen."""
LEAST_FM = 0.02
PGP_ONLY = ("digoxin", "dabigatran", "edoxaban")


@dataclass(frozen=True)
class VictimFacts:
    """What is on file of a victim.

    Parameters
    ----------
    enzyme
        ``CYP3A`` or ``CYP2D6``.
    share
        The share of loss that its strongest inhibitor takes away by mouth, gut wall included.
    Fg, Fg_sd
        Share that survives the gut wall, and the SD on the logit scale of what is not known of it.
    """

    generic: str
    enzyme: str
    share: float
    Fg: float
    Fg_sd: float
    facts: tuple[str, ...]
    note: Text


@cache
def rows() -> Mapping[str, Mapping[str, Fact]]:
    """Collect the facts on co-medicines: by generic name, then field."""
    found: dict[str, dict[str, Fact]] = {}
    for row in facts_in("victim_facts_long"):
        found.setdefault(row.details["generic"], {}).setdefault(row.details["field"], row)
    return found


def victims(generic: str) -> tuple[VictimFacts, ...]:
    """Say through which enzymes kratom may change a medicine, as far as a size can be given."""
    known = rows().get(generic, {})
    found = []
    if share := known.get("fm_derived_cyp3a"):
        Fg, sd, facts_, note = _gut(generic, known)
        found.append(VictimFacts(generic, "CYP3A", share.number(), Fg, sd, (share.fact_id, *facts_), note))
    if share := known.get("fm_derived_cyp2d6"):
        found.append(VictimFacts(generic, "CYP2D6", share.number(), 1.0, 0.0, (share.fact_id,), NOTHING))
    return tuple(found)


def _gut(generic: str, known: Mapping[str, Fact]) -> tuple[float, float, tuple[str, ...], Text]:
    if "Fg" not in known:
        return (
            UNKNOWN_FG,
            UNKNOWN_FG_SD,
            (),
            say("what survives the gut wall is not on file: a wide class value is used"),
        )
    row = known["Fg"]
    # Nobody can measure it directly: what was seen differs between methods as much as what is remembered.
    note = (
        say("what survives the gut wall is remembered, not verified: it is sampled widely")
        if row.access == "memory"
        else say("what survives the gut wall comes from one source and one method: it is sampled widely")
    )
    return row.number(), REMEMBERED_FG_SD, (row.fact_id,), note


def sampled(victim: VictimFacts, own: Mapping[str, Array], z_Fg: Array, z_fm: Array) -> tuple[Array, Array]:
    """Draw Fg and the enzyme's share in the liver, shape (people,)."""
    if victim.generic == "midazolam":
        return own["trial_Fg"], own["trial_3A"]
    if victim.enzyme == "CYP2D6":
        return np.ones(z_Fg.size), moved(np.array(victim.share), FM_SD * z_fm, "logit")
    # An inhibitor that leaves nothing of the gut wall's loss raises AUC by 1/Fg: Fg cannot lie below the ratio seen.
    ratio = 1.0 / (1.0 - victim.share)
    Fg = np.maximum(moved(np.array(victim.Fg), victim.Fg_sd * z_Fg, "logit"), 1.0 / ratio)
    fm = np.clip(fm_of(ratio, Fg, 0.0), LEAST_FM, MOST_FM)
    return Fg, moved(fm, FM_SD * z_fm, "logit")


def reason_without_size(generic: str) -> tuple[str, Text] | None:
    """Say why an enzyme's victim has no size: (enzyme or transporter, reason); None where there is nothing to say."""
    known = rows().get(generic, {})
    if generic in PGP_ONLY:
        return "P-gp", say("carried by P-gp, which mitragynine inhibits in vitro; no study in people, so no size")
    if victims(generic):
        return None
    remembered = {"CYP3A": "fm_cyp3a", "CYP2D6": "fm_cyp2d6"}
    for enzyme, field in remembered.items():
        if field in known:
            if known[field].verified:
                return enzyme, say(
                    "the share that {enzyme} clears is not told by a strong inhibitor: no size is given", enzyme=enzyme
                )
            return enzyme, say(
                "the share that {enzyme} clears is remembered, not verified: no size is given", enzyme=enzyme
            )
    role = known.get("fda_substrate_class")
    if role is not None and ("CYP3A" in role.value or "CYP2D6" in role.value):
        enzyme = "CYP3A" if "CYP3A" in role.value else "CYP2D6"
        return enzyme, say("the share that {enzyme} clears is not on file: no size is given", enzyme=enzyme)
    return None
