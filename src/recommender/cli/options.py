"""The arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["AsOf", "Complaints", "ComplaintsKnownUntil", "Data", "Json", "ModelPath", "TrackingUri"]

Data = Annotated[Path, typer.Argument(help="Folder of Parquet or CSV files, or a DuckDB file.", show_default=False)]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        help="The moment, such as 2026-06-30 or 2026-06-30T08:00+02:00; without an offset it is local time.",
        show_default=False,
    ),
]
ModelPath = Annotated[
    str,
    typer.Option("--model", help="A model's folder, that of its versions, or models:/NAME@ALIAS.", show_default=False),
]
Complaints = Annotated[
    Path | None,
    typer.Option("--complaints", help="Complaints since the snapshot: a Parquet or a CSV file.", show_default=False),
]
ComplaintsKnownUntil = Annotated[
    str | None,
    typer.Option("--complaints-known-until", help="The moment until which they are complete.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
TrackingUri = Annotated[
    str,
    typer.Option(
        "--tracking-uri",
        help="Where MLflow keeps its runs; MLFLOW_TRACKING_URI or sqlite:///mlflow.db, if left out.",
        show_default=False,
    ),
]
