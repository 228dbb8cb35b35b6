"""Real captures, each read by the product's own code, and every record in them accounted for."""
