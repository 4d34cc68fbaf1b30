"""Airflow cluster policies that keep each team's DAGs within what the team may use.

Airflow finds `hooks` by the entry point `airflow.policy`; nothing else imports this package, and it
imports nothing but the standard library, Airflow and what Airflow brings.
"""
