"""Doses, covariates and observations: NONMEM's columns and meaning, as plain data."""
