"""A notebook becomes a typed, parameterized Airflow DAG."""

__version__ = "0.1.0"
