"""All that is special about one task: its loss, its validation, its prediction."""
