"""From a curve to numbers."""
