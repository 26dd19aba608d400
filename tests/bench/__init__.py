"""`make bench`: ratios in one run, since machines are noisy. Each module measures one thing; `__main__` prints one table."""
