"""A case's virtual people: who they are, what they take, and what stands beside it."""
