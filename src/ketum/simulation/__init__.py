"""From a case to results: people solved, summed up and labelled."""
