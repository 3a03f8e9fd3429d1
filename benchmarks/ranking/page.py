"""The page that the benchmark writes."""

from pathlib import Path

import pandas as pd


def write_page(public: pd.DataFrame, simulated: pd.DataFrame, out: Path) -> None:
    parts = [frame.groupby(keys, sort=False).mean(numeric_only=True).round(4).to_string()
             for frame, keys in ((public, ["table", "contestant"]), (simulated, ["contestant"]))]  # fmt: skip
    out.write_text("\n\n".join(parts) + "\n")
