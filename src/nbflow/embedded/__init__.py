"""A private Airflow on this machine."""
