"""The grammars: the one place that uses pyparsing."""
