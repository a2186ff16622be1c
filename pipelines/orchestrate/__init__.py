"""The Dagster side: assets, checks, schedules, sensors, recorded runs."""
