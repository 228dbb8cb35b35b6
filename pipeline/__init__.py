"""The steps, and the daemon that runs them."""
