"""Every decision, pure: values in, values out. `now` is an argument."""
