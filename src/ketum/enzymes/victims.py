"""Medicines that CYP3A or CYP2D6 clear: what all their rows together tell of the share that an enzyme carries.

CYP3A: ``victim_posterior.csv``, written by ``calibration/victims.py`` from every row that counts (`seen`, `estimate`).
A size needs a victim that was seen beside an inhibitor that is at least moderate; one that is only remembered, or was
seen beside weak inhibitors, inducers or grapefruit alone, has none. CYP2D6: ``fm_derived_cyp2d6`` rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from ketum.arrays import Array
from ketum.enzymes.algebra import MOST_FM, share_of
from ketum.enzymes.common import common, number, read_table, refuse
from ketum.enzymes.seen import STRONG, WEAK, Seen, seen
from ketum.errors import Problem
from ketum.evidence import fact
from ketum.medicine.catalogue import facts_of
from ketum.pharmacology.parameters import moved, parameters
from ketum.rows import several
from ketum.writing.texts import NOTHING, Text, joined, say, term

POSTERIOR = "victim_posterior.csv"
COLUMNS = ("generic", "kind", "Fg", "Fg_sd", "fm", "fm_sd", "correlation", "F", "most", "most_fact", "facts")
FM_SD = 0.3
"""SD on the logit scale of a share of CYP2D6 that was seen."""
NO_VICTIM = 1.25
"""A ratio under which the regulators see no interaction."""
PGP_ONLY = ("digoxin", "dabigatran", "edoxaban")
NOT_SELECTIVE = ("ritonavir", "saquinavir", "nefazodone", "fluvoxamine", "cimetidine", "conivaptan")
"""Inhibitors that also act on transporters or other enzymes in earnest, or induce: what they reach bounds nothing."""
TOLD_WELL = 0.4
"""SD (logit) of fm or Fg above which a note says that little is known."""


@dataclass(frozen=True)
class VictimFacts:
    """What is known of a victim.

    Parameters
    ----------
    enzyme
        ``CYP3A`` or ``CYP2D6``.
    fm, fm_sd, Fg, Fg_sd, correlation
        The enzyme's share of loss in the liver and the share that survives the gut wall: mean and SD (logit), and how
        the two go together. CYP2D6: the share itself, and no gut wall.
    least_Fg
        Oral availability: Fg cannot be less.
    most, most_fact
        The largest AUC ratio that a selective strong inhibitor reached, which bounds what kratom is said to do;
        infinite where none was tried.
    """

    generic: str
    enzyme: str
    fm: float
    fm_sd: float
    Fg: float
    Fg_sd: float
    facts: tuple[str, ...]
    note: Text
    correlation: float = 0.0
    least_Fg: float = 0.0
    most: float = np.inf
    most_fact: str = ""


@cache
def posterior() -> Mapping[str, VictimFacts]:
    """Read ``victim_posterior.csv``: the victims of CYP3A that have a size, by generic name."""
    return read_posterior(Path(str(files(__package__).joinpath(POSTERIOR))))


def read_posterior(path: Path) -> Mapping[str, VictimFacts]:
    """Read such a table.

    Raises
    ------
    InputError
        Where a column is missing, a victim stands twice, or a number is none or out of its bounds.
    """
    problems: list[Problem] = []
    found: dict[str, VictimFacts] = {}
    for line, row in enumerate(read_table(path, COLUMNS), 2):
        name = row["generic"]
        if not name or name in found:
            problems.append(
                Problem(f"line {line}, generic", say("is empty or stands twice"), name, say("each victim once"))
            )
        found[name] = _read(row, f"line {line} ({name})", problems)
    refuse(path, problems)
    return found


def _read(row: Mapping[str, str], where: str, problems: list[Problem]) -> VictimFacts:
    bounds = {
        "Fg": (-6.0, 6.0),
        "Fg_sd": (0.0, 5.0),
        "fm": (-6.0, 6.0),
        "fm_sd": (0.0, 5.0),
        "correlation": (-1.0, 1.0),
    }
    told = {name: number(row[name], limits, f"{where}, {name}", problems) for name, limits in bounds.items()}
    least = number(row["F"], (0.0, 1.0), f"{where}, F", problems) if row["F"] else 0.0
    most = number(row["most"], (1.0, 1e3), f"{where}, most", problems) if row["most"] else np.inf
    return VictimFacts(
        row["generic"], "CYP3A", facts=several(row["facts"]), note=_note(told["Fg_sd"], told["fm_sd"], most, row["most_fact"]),
        least_Fg=least, most=most, most_fact=row["most_fact"], **told,
    )  # fmt: skip


def _note(Fg_sd: float, fm_sd: float, most: float, most_fact: str) -> Text:
    doubt = (
        say(
            "studies of this medicine tell little of how much CYP3A takes in gut wall and liver: the interval is wide for that"
        )
        if max(Fg_sd, fm_sd) > TOLD_WELL
        else say("its shares of CYP3A in gut wall and liver come from all its studies beside other medicines")
    )
    if np.isfinite(most):
        row = fact(most_fact)
        name = row.details.get("perpetrator") or row.conditions
        bound = say(
            "never more than the {most:.2g}-fold that {name} reached ({fact})",
            most=most,
            name=term(name),
            fact=most_fact,
        )
    else:
        bound = say("no selective strong inhibitor was tried on it, so nothing bounds the upper end")
    return joined("; ", (doubt, bound))


def victims(generic: str) -> tuple[VictimFacts, ...]:
    """Say through which enzymes kratom may change a medicine, as far as a size can be given."""
    found = []
    if generic == "midazolam":
        found.append(_midazolam())
    elif generic in posterior():
        found.append(posterior()[generic])
    for share in facts_of(generic).get("fm_derived_cyp2d6", ())[:1]:
        fm = share.number()
        found.append(VictimFacts(generic, "CYP2D6", fm, FM_SD, 1.0, 0.0, (share.fact_id,), NOTHING))
    return tuple(found)


def _midazolam() -> VictimFacts:
    """Midazolam is the medicine of the trial: its shares were fitted with kratom's."""
    facts = tuple(name for row in parameters() if row.name in ("trial_3A", "trial_Fg") for name in row.facts)
    return VictimFacts("midazolam", "CYP3A", np.nan, 0.0, np.nan, 0.0, facts, NOTHING)


def told_by(generic: str) -> tuple[Seen, ...]:
    """Return the rows of a victim beside inhibitors that are at least moderate; a size needs one of them.

    None where not even a selective strong inhibitor raised it: it is no victim of CYP3A.
    """
    if most_seen(generic)[0] < NO_VICTIM:
        return ()
    return _inhibited(generic)


def _inhibited(generic: str) -> tuple[Seen, ...]:
    enough = np.log(WEAK)
    return tuple(
        row for row in seen().get(generic, ()) if row.strength.log_ratio >= enough and not row.strength.gut_only
    )


def most_seen(generic: str) -> tuple[float, str]:
    """Return the largest ratio by mouth that a selective inhibitor reached, and its fact; infinity and "" where none did.

    Rows with a mark (P-gp and so on) count where no other is there: the transporter only adds to what they show. One of
    the inhibitors must be strong: what weaker ones reach is no bound.
    """
    selective = [row for row in _inhibited(generic) if row.route == "PO" and row.perpetrator not in NOT_SELECTIVE]
    strong = np.log(STRONG)
    for weaker in (False, True):
        kept = [row for row in selective if row.weaker is weaker]
        if any(row.strength.log_ratio >= strong for row in kept):
            best = max(kept, key=lambda row: row.log_ratio)
            return max(float(np.exp(best.log_ratio)), 1.0), best.fact_id
    return np.inf, ""


def sampled(victim: VictimFacts, own: Mapping[str, Array], z_Fg: Array, z_fm: Array) -> tuple[Array, Array]:
    """Draw Fg and the enzyme's share in the liver, shape (people,)."""
    if victim.generic == "midazolam":
        return own["trial_Fg"], own["trial_3A"]
    if victim.enzyme == "CYP2D6":
        return np.ones(z_Fg.size), moved(np.array(victim.fm), victim.fm_sd * z_fm, "logit")
    r = victim.correlation
    Fg = np.maximum(share_of(victim.Fg + victim.Fg_sd * z_Fg), victim.least_Fg)
    fm = share_of(victim.fm + victim.fm_sd * (r * z_Fg + np.sqrt(1.0 - r * r) * z_fm))
    return Fg, np.minimum(fm, MOST_FM)


def with_error(victim: VictimFacts, ratio: Array, z: Array) -> Array:
    """Give a ratio the error between victim studies, and bound it by what a selective strong inhibitor reached.

    The error is a share of the ratio's logarithm: no change stays no change, and a rise stays one. The bound was seen in
    one study: it has an error too, but only downwards, so that nothing passes it. Midazolam has neither: its own trial
    was fitted.

    Parameters
    ----------
    z
        Standard normal numbers, shape (people,).
    """
    if victim.enzyme != "CYP3A" or victim.generic == "midazolam":
        return ratio
    shared = common()
    found = np.log(ratio) * np.maximum(1.0 + shared.inhibition * z, 0.0)
    if np.isfinite(victim.most):
        top = np.log(victim.most)
        found = np.minimum(found, np.maximum(top - np.abs(z) * np.hypot(shared.inhibition * top, shared.noise), 0.0))
    return np.asarray(np.exp(found))


def reason_without_size(generic: str) -> tuple[str, Text] | None:
    """Say why an enzyme's victim has no size: (enzyme or transporter, reason); None where there is nothing to say."""
    known = {field: rows[0] for field, rows in facts_of(generic).items()}
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
