"""How a report is written: one module per `--format`, each with `render(report, style) -> str`."""
