"""The nouns and the errors. Imports nothing of ours, does no I/O."""
