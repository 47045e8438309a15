"""The one place where a recipe becomes objects: one file per kind of part."""
