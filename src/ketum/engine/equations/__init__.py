"""A model as formulas: read from SBML, worked on, never solved here."""
