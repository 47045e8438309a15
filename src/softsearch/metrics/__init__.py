"""Numbers that judge what was written: translation scores and alignment error, each with its interval."""
