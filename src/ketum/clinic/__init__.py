"""Medicine's own rules: formulas, vital signs, laboratory values, whom to call. Nothing of kratom."""
