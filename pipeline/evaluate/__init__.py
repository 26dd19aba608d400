"""Labelled stories -> figures: how well changes are found, beside baselines and floors."""
