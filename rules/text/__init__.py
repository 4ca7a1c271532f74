"""Words: how texts are worded, clipped and suggested. Knows nothing of the rest."""
