"""Posts -> Assessments: is it a buying question, about what, by whom, and why do we think so."""
