"""Speed and memory, each beside a peer in the same run and told as a ratio: machines are noisy."""
