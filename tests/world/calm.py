"""Hypothesis on a busy machine: slowness of the machine is no finding."""

from hypothesis import HealthCheck, settings

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
