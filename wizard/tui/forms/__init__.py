"""Forms, without a screen: rows of machines, and where Enter leads."""
