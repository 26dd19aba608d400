"""Article -> statements: sentences with voice, certainty, dates, numbers and names (spaCy)."""
