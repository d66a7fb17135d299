"""What medicines do to CYP enzymes, and what that means for those which these clear: knows nothing of a case."""
