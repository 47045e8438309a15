"""Pictures and numbers about a run: its report, its attention."""
