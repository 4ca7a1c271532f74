"""The wizard's screens: the start, a form for each step with fields, and the review, write and cutover screens."""
