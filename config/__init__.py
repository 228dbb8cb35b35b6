"""The settings file, checked in full before anything starts."""
