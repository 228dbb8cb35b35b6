"""The bodies of the command line's commands. May import everything, as run_pipeline.py may."""
