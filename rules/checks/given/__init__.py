"""Rules on what was given to the linter as a whole, be it one node or several."""
