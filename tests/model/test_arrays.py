import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from recommender.errors import ModelError
from recommender.model.arrays import dump_arrays, parse_arrays


def test_arrays_come_back_as_they_were():
    arrays = {"points": np.arange(6.0).reshape(2, 3), "names": np.array(["a", "bc"])}
    again = parse_arrays(dump_arrays(arrays))
    assert again.keys() == arrays.keys()
    assert all((again[name] == arrays[name]).all() for name in arrays)


def test_the_same_arrays_give_the_same_bytes_whatever_their_order():
    one, two = np.arange(3), np.arange(4.0)
    assert dump_arrays({"a": one, "b": two}) == dump_arrays({"b": two, "a": one})


def test_an_array_of_objects_is_refused_and_nothing_is_unpickled():
    out = io.BytesIO()
    np.savez(out, points=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError, match="no archive of plain arrays"):
        parse_arrays(out.getvalue())


def test_an_archive_that_unpacks_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("recommender.model.arrays.MAX_ARRAY_BYTES", 1000)
    with pytest.raises(ModelError, match="at most 1000 bytes unpacked"):
        parse_arrays(dump_arrays({"points": np.zeros(1000)}))


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive"])
def test_what_is_no_archive_is_refused(content):
    with pytest.raises(ModelError, match="no archive of plain arrays"):
        parse_arrays(content)


def test_a_damaged_archive_is_refused():
    content = bytearray(dump_arrays({"points": np.zeros(1000)}))
    content[60] ^= 1
    with pytest.raises(ModelError, match="no archive"):
        parse_arrays(bytes(content))


def test_a_fixed_date_stands_in_the_archive():
    with zipfile.ZipFile(io.BytesIO(dump_arrays({"a": np.zeros(1)}))) as archive:
        assert archive.infolist()[0].date_time[0] == 1980


def lying(content, *, says):
    """Return the archive with the size that its only entry claims to have unpacked."""
    changed, claim = bytearray(content), says.to_bytes(4, "little")
    changed[22:26] = claim
    place = content.index(b"PK\x01\x02")
    changed[place + 24 : place + 28] = claim
    return bytes(changed)


def test_an_archive_that_claims_less_than_it_unpacks_to_takes_no_more_memory_than_it_claims():
    bomb = lying(dump_arrays({"points": np.zeros(8 << 20)}), says=1000)
    assert len(bomb) < 100_000
    tracemalloc.start()
    with pytest.raises(ModelError, match="no archive of plain arrays"):
        parse_arrays(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 << 20
