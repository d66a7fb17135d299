"""ketum: what a kratom product does in a given person, computed."""
