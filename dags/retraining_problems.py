"""Has no DAG: shows what is wrong in `schedules` as an import error of Airflow; the good ones go on."""

from recsflow.schedules import check_schedules

check_schedules()
