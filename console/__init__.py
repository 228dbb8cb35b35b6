"""The doors people come through: the review board, the advocate's page, Slack's buttons."""
