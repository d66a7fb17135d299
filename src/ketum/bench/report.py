"""The comparison laid out for a terminal."""

from __future__ import annotations

from typing import Any

AGREE = 1e-6
"""Largest difference from the reference, relative to each output's peak, at which solvers are said to agree."""


def disagreeing(found: dict[str, Any]) -> list[str]:
    """Name the solvers that are further from the reference than `AGREE`."""
    return [row["name"] for row in found["engines"] if not row["max_error"] <= AGREE]


def table(found: dict[str, Any]) -> str:
    """Lay the comparison out."""
    width = max(len(row["name"]) for row in found["engines"]) + 2
    lines = [f"{'solver':{width}}{'cores':>5}{'ms a person':>13}{'fastest':>10}{'start s':>9}{'max error':>11}"]
    lines += [
        f"{row['name']:{width}}{row['cores']:5d}{row['ms_per_subject']:13.3f}{row['ms_fastest']:10.3f}"
        f"{row['start_s']:9.1f}{row['max_error']:11.1e}"
        for row in found["engines"]
    ]
    lines += ["", "times as long as ketum on as many cores:"]
    own = {
        "two_cores": "ketum on one core against two",
        "random_lag": "ketum with a lag of each person's own",
        "five_sensitivities": "ketum with five sensitivities",
        "doubling": "ketum with twice as many people, in all",
    }
    lines += [
        f"  {own.get(key, key.replace('_', ' ')):42}{'not measured' if ratio is None else f'{ratio:.2f}':>12}"
        for key, ratio in found["ratios"].items()
    ]
    lines += ["", f"compiling the model, nothing remembered: {found['compile_s']:.2f} s"]
    lines += [f"{lacking['peer']}: {lacking['why']}; {lacking['cure']}" for lacking in found["missing"]]
    lines += [f"{name} does not agree with the reference to {AGREE:g}" for name in disagreeing(found)]
    lines += ["quick: shows that it works; for times, leave --quick out"] if found["quick"] else []
    return "\n".join(lines)
