"""The platforms that the loopback server plays: each answers as the real one does, as far as the
listeners and notifiers use it."""
