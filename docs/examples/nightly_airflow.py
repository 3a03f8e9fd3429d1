"""The nightly job as an Airflow DAG (Airflow 3): check, snapshot, score, and word of a stale feed."""

from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

NIGHT = "{{ ds }}"  # the day of the run; its midnight in the operator's time zone is the moment of decision
DATA = "data"
MODEL = "models/cross-sell"
FOLDER = f"nights/{NIGHT}"

with DAG(
    dag_id="recommender_nightly",
    schedule="15 2 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10), "cwd": "/srv/recommender"},
) as dag:
    check = BashOperator(task_id="check", bash_command=f"recommender check {DATA}")
    snapshot = BashOperator(
        task_id="snapshot",
        bash_command=f"recommender snapshot {DATA} --as-of {NIGHT} --out {FOLDER}/snapshot.parquet",
    )
    # a run again completes a score that was killed; 3 means done with offers withheld, and skips what needs fresh feeds
    score = BashOperator(
        task_id="score",
        bash_command=(
            f"recommender score {FOLDER}/snapshot.parquet --model {MODEL} --as-of {NIGHT} --out {FOLDER}/offers"
        ),
        skip_on_exit_code=3,
    )
    hand_over = BashOperator(task_id="hand_over", bash_command=f"cp {FOLDER}/offers/summary.json {FOLDER}/ready.json")
    tell = BashOperator(
        task_id="tell",
        bash_command=f"echo 'A feed is stale: offers of {NIGHT} were withheld.'",
        trigger_rule="all_skipped",
    )
    check >> snapshot >> score >> [hand_over, tell]
