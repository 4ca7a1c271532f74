"""The laboratory of `wizard.rehearsal.lab`, tested, and what tests add to it."""
