"""Claim against stored claims -> what changed, how a question stands, which promises are overdue. Pure."""
