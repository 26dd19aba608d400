"""Feeds, pages and archives -> entries and articles. The only code that touches the network."""
