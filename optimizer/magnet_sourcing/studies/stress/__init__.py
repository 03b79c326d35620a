"""Stress tests: decisions stand, a shock comes, operations adapt."""
