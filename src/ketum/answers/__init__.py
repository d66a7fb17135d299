"""One case in, one answer out."""
