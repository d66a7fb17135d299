"""Hazards of medicines beside kratom: one file a hazard."""
