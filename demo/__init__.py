"""An invented world, and one loopback server that plays every platform."""
