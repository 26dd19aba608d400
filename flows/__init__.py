"""Prefect flows: the only place that imports Prefect; every task body is one call into `pipeline`."""
