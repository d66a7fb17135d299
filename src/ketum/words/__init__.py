"""Lay words understood: symptoms and conditions as people write them."""
