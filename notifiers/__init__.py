"""Message -> a person."""
