"""What the tests take rests on this: each module stays on one worker, and so its fixtures are made once."""

import pytest


def test_each_module_stays_on_one_worker(request):
    if not (hasattr(request.config, "workerinput") and request.config.option.loadgroup):
        pytest.skip("the tests are not spread over workers")
    assert all("@" in item.nodeid for item in request.session.items), "xdist gives no group to what it hands out"
