"""The published trials, simulated as they were run, and how well that fits."""
