"""Shipped vocabulary, phrase matching and names: what several stages need to know of English."""
