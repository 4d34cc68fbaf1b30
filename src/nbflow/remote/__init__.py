"""Talks to a running Airflow's REST API."""
