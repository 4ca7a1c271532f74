"""A rehearsal in a process of its own, for the wizard: its screen stays free, and nothing that runs writes onto it.

`program` plays, `process` starts it and hears how far it is, `messages` are what goes from one to the other.
"""
