"""ketum: what a kratom product does in a given person, computed, and how well each statement is known."""

__version__ = "0.1.0"
