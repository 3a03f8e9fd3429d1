"""Settings in days are refused before a date runs over its end."""

import pytest

from recommender.config import Config
from recommender.errors import ConfigError


@pytest.mark.parametrize(
    "settings",
    [
        {"windows": {"long_days": 10_000_000}},
        {"training": {"horizon_days": 10_000_000}},
        {"training": {"gap_days": 10_000, "cut_offs": 4}},
        {"training": {"gap_days": -1}},
        {"offers": {"valid_days": 200_000_000}},
    ],
)
def test_days_beyond_a_century_are_one_sentence(settings):
    (table,) = settings
    with pytest.raises(ConfigError, match=rf"\[{table}\].* came"):
        Config.from_dict(settings)
