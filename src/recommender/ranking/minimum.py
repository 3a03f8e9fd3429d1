"""Where a smooth loss is least."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

__all__ = ["find_minimum"]

_OPTIONS: dict[str, Any] = {"maxiter": 300, "maxcor": 20, "ftol": 1e-6, "gtol": 1e-6}


def find_minimum(
    loss: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return where `loss`, which returns its value and its gradient, is least; by L-BFGS from `start`."""
    least: Any = minimize
    return np.asarray(least(loss, start, jac=True, method="L-BFGS-B", options=_OPTIONS).x)
