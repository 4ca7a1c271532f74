"""The formats that services read: each has `pieces(report) -> Iterator[str]`, a piece for each finding."""
