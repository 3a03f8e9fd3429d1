"""Mutated model folders: each is refused with a ModelError, or decides soundly; nothing runs or hangs.

`make torture-models` asks for 10,000 of them, a test run for 300.

- damage: bytes and files changed as an accident or a copying error would. Every one is refused, without any key.
- forged: arrays or the manifest changed by someone who knows the format and makes every digest fit again. What is not
  sound is refused. What is sound is another model, and only a signature can tell: it must decide without an error.
- with a key trusted, every mutation of either kind is refused.
"""

import io
import json
import os
import resource
import shutil
import signal
import sys
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import ModelError, RecommenderError
from recommender.model import load_model, make_key, save_model, sign_model
from recommender.model.arrays import dump_arrays, parse_arrays
from recommender.model.manifest import digest_of
from recommender.ranking import CategoryBins, Term
from recommender.reasons import Feature

CPU_SECONDS = 10
MEMORY = 700 << 20
FILES = ("manifest.json", "scorecard.npz", "manifest.sig")
FORBIDDEN = ("pickle.find_class", "os.system", "os.exec", "subprocess.Popen", "socket.", "ctypes.", "exec")
JUNK: list[object] = [
    None, True, False, 0, 1, -1, 2**31, 2**63, -(2**70), 10**400, 1e308, -1e-300, 0.5, "", "x", "\u0000", "..",
    "{value}", "{value.__class__}", "{value:>999999999}", "{0}", "{", "__import__('os')", "x" * 5000, [], [[]], {},
    {"a": 1}, [None], [1e308] * 3, ["a", "a"], {"k": {"k": {"k": []}}}, "2026-01-01", "NaN", "Infinity", "-5",
    "1e999999", [0, 10**12], "\ud800", float("nan"), float("inf"),
]  # fmt: skip


@pytest.fixture
def rich(model, scorecard):
    """Return the model with a category and a pair of features, so that every kind of array has something in it."""
    levels = np.array([[0.5, 0.0, 0.0], [0.0, 0.0, 0.5], [0.0] * 3, [0.0] * 3])
    pair = Term((0, 1), np.linspace(-1, 1, 4).reshape(4, 1), np.array([2]), (np.array([0, 1, 0]), np.array([0, 1, 0])))
    card = replace(
        scorecard,
        bins=(*scorecard.bins, CategoryBins("segment", ("basic", "gold"))),
        tables=(*scorecard.tables, Term((2,), levels, np.arange(3)), pair),
    )
    words = (*model.features, Feature("segment", "", "segment: {value}", kind="text"))
    return replace(model, scorecard=card, features=words)


@pytest.fixture
def folder(rich, tmp_path):
    return save_model(rich, tmp_path / "whole")


@pytest.fixture
def key(folder, tmp_path):
    public = make_key(tmp_path / "mine.key")
    sign_model(folder, tmp_path / "mine.key")
    return public


def _canonical(manifest):
    """Write as `dump_document` does, but what it would refuse, too."""
    return json.dumps(manifest, sort_keys=True, indent=1).encode() + b"\n"


@dataclass(frozen=True)
class Folder:
    """A copy to be mutated, with the draw of chance."""

    path: object
    rng: np.random.Generator

    def read(self, name):
        return (self.path / name).read_bytes()

    def write(self, name, content):
        (self.path / name).write_bytes(content)

    def manifest(self):
        manifest = json.loads(self.read("manifest.json"))
        del manifest["digest"]
        return manifest

    def forge(self, manifest):
        self.write("manifest.json", _canonical({**manifest, "digest": digest_of(_canonical(manifest))}))

    def forge_archive(self, content):
        self.write("scorecard.npz", content)
        self.forge(self.manifest() | {"files": {"scorecard.npz": digest_of(content)}})

    def pick(self, choices):
        return choices[self.rng.integers(len(choices))]


def bytes_changed(at):
    name = at.pick(FILES[:2])
    content = bytearray(at.read(name))
    where, n = int(at.rng.integers(len(content))), int(at.rng.integers(1, 9))
    way = at.rng.integers(6)
    if way == 0:
        content[where] ^= 1 << at.rng.integers(8)
    elif way == 1:
        del content[where:]
    elif way == 2:
        content[where:where] = at.rng.bytes(n)
    elif way == 3:
        del content[where : where + n]
    elif way == 4:
        content[where : where + n] = bytes(b ^ 255 for b in content[where : where + n])
    else:
        content += content[where:]
    at.write(name, bytes(content))


def files_changed(at):  # noqa: C901  a list of ways
    name, path = at.pick(FILES[:2]), at.path
    way = at.rng.integers(9)
    if way == 0:
        (path / at.pick(["estimator.joblib", ".hidden", "scorecard.npz ", "manifest.json.bak", "x.py"])).write_bytes(
            b"x"
        )
    elif way == 1:
        (path / "inner").mkdir()
    elif way == 2:
        (path / name).unlink()
    elif way == 3:
        (path / name).rename(path.parent / f"elsewhere-{name}")
        (path / name).symlink_to(path.parent / f"elsewhere-{name}")
    elif way == 4:
        (path / name).unlink()
        os.mkfifo(path / name)
    elif way == 5:
        (path / name).unlink()
        (path / name).mkdir()
    elif way == 6:
        (path / name).rename(path / name.upper())
    elif way == 7:
        (path / "link").symlink_to("/etc/passwd")
    else:
        with (path / name).open("r+b") as file:
            file.truncate(5 << 30)


def _entry(content, *, name="points.npy", kind=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _npy(header, body=b""):
    text = header.encode("latin1")
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body


@cache
def _bomb():
    return _entry(b"\0" * (64 << 20))


def _claiming(archive, size):
    """Return the archive with another size of its first entry, unpacked."""
    changed, place = bytearray(archive), archive.index(b"PK\x01\x02") + 24
    changed[place : place + 4] = size.to_bytes(4, "little")
    return bytes(changed)


def archive_forged(at):
    arrays = parse_arrays(at.read("scorecard.npz"))
    pickled = io.BytesIO()
    np.save(pickled, np.array([print, {"a": 1}], dtype=object), allow_pickle=True)
    huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d,)}\n"
    whole = at.read("scorecard.npz")
    encrypted = bytearray(whole)
    encrypted[6] |= 1
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1
    doubled = io.BytesIO(whole)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(doubled, "a") as archive:
        archive.writestr("points.npy", b"x")
    at.forge_archive(
        at.pick(
            [
                dump_arrays(arrays | {"../../../etc/passwd": np.zeros(3)}),
                dump_arrays(arrays | {"/tmp/x": np.zeros(3)}),  # noqa: S108  a name in an archive
                dump_arrays({name: array for name, array in arrays.items() if name != "points"}),
                _entry(pickled.getvalue()),
                _entry(_npy(huge % 10**15)),
                _entry(_npy(huge % 2**62, b"\0" * 64)),
                _entry(_npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n", b"cos\nsystem\n")),
                _entry(_npy("__import__('os').system('true')\n")),
                _entry(_npy("(" * 3000)),
                _entry(_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}\n")),
                _entry(_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -8)}\n", b"\0" * 64)),
                _entry(_npy("{'descr': '|V0', 'fortran_order': False, 'shape': (1000000000000,)}\n")),
                _bomb(),
                _entry(whole, kind=zipfile.ZIP_LZMA),
                _entry(whole, kind=zipfile.ZIP_BZIP2),
                _entry(whole, kind=zipfile.ZIP_STORED),
                bytes(encrypted),
                _claiming(whole, 0x7FFFFFFF),
                _claiming(_bomb(), 64),
                doubled.getvalue(),
                b"prefix" + whole,
                whole + b"comment",
                whole[:-22] + b"PK\x05\x06" + b"\xff" * 16 + b"\0\0",
                b"",
                at.rng.bytes(200),
            ]
        )
    )


def arrays_forged(at):
    arrays = {name: array.copy() for name, array in parse_arrays(at.read("scorecard.npz")).items()}
    name = at.pick(sorted(arrays))
    array, way = arrays[name], at.rng.integers(8)
    if way == 0:
        arrays[name] = array.astype(
            at.pick([np.int8, np.int64, np.uint64, np.float32, np.float64, np.complex128, "U5", "S3"])
        )
    elif way == 1:
        arrays[name] = at.pick(
            [array[:-1], array[:0], array[::-1].copy(), np.concatenate([array, array]), array[np.newaxis]]
        )
    elif way == 2:
        del arrays[name]
    elif way == 3:
        arrays["extra"] = array
    elif way == 4:
        other = at.pick(sorted(arrays))
        arrays[name], arrays[other] = arrays[other], arrays[name]
    elif array.size:
        limits = np.iinfo(array.dtype) if array.dtype.kind in "iu" else None
        numbers = [np.nan, np.inf, -np.inf, 1e308, -1e308, 1e-300, 5.0, array.flat[0]]
        whole = [] if limits is None else [limits.max, limits.min, limits.max // 2, 0, 1, 2, array.flat[0]]
        value = at.pick([True, False]) if array.dtype == bool else at.pick(numbers if limits is None else whole)
        array.flat[at.rng.integers(array.size)] = value
    at.forge_archive(dump_arrays(arrays))


def _places(tree, place=()):
    yield place
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, child in children:
        yield from _places(child, (*place, name))


def manifest_forged(at):
    manifest = at.manifest()
    *path, last = at.pick([place for place in _places(manifest) if place])
    parent = manifest
    for name in path:
        parent = parent[name]
    way = at.rng.integers(5)
    if way == 0:
        del parent[last]
    elif way == 1 and isinstance(parent, dict):
        parent[at.pick(["extra", "", "run", "__class__", "x" * 1000])] = at.pick(JUNK)
    elif way == 2 and isinstance(parent, list):
        parent.append(parent[last])
    else:
        parent[last] = at.pick(JUNK)
    at.forge(manifest)


def manifest_replaced(at):
    deep, digest = "[" * 100_000, '{"digest": NaN}'
    keys = json.loads(at.read("manifest.json"))
    at.write(
        "manifest.json",
        at.pick(
            [
                deep.encode(),
                digest.encode(),
                b"\xff\xfe",
                b"null",
                b"[]",
                b"0",
                ("9" * 100_000).encode(),
                json.dumps(keys | {"golden": float("nan")}).encode(),
                json.dumps(keys | {"format": float("inf")}).encode(),
                json.dumps(keys, sort_keys=False).encode(),
                json.dumps(keys, indent=1).encode() + b" ",
                json.dumps(keys | {"format": 2}).encode(),
                b'{"a": 1, "a": 2}',
                b" " * 1_000_000,
            ]
        ),
    )


DAMAGE = (bytes_changed, files_changed, manifest_replaced)
FORGED = (archive_forged, arrays_forged, manifest_forged)
MUTATORS = (bytes_changed, arrays_forged, manifest_forged, files_changed, archive_forged, manifest_replaced)


class TooLongError(Exception):
    pass


@contextmanager
def watched(said):
    """Note what is run, and end what takes too long; an audit hook stays for good, and so looks at a list."""

    def late(*_):
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    WATCHING.append(said)
    try:
        yield
    finally:
        WATCHING.pop()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


WATCHING: list[list[str]] = []


def _is_installed(code):
    """Tell whether the code is a module's of the standard library, or of tzdata, where time zones are sought."""
    return code.co_filename.startswith((str(Path(os.__file__).parent), "<frozen")) or "/tzdata/" in code.co_filename


def _note(event, arguments):
    if WATCHING and event.startswith(FORBIDDEN) and not (event == "exec" and _is_installed(arguments[0])):
        WATCHING[-1].append(f"{event} {arguments[:1]}")


def decided(model, rows, later):
    decision = model.decide(rows, decided_at=later(1))
    return decision.propensity.tolist(), decision.disposition.tolist(), decision.bits.tolist()


@pytest.mark.parametrize("mutations", [300, pytest.param(10_000, marks=pytest.mark.torture)])
def test_no_mutated_folder_runs_hangs_or_decides_unsoundly(mutations, folder, key, rows_of, later, tmp_path):
    rows = rows_of({}, {"call_daytime_minutes_30d": 100.0}, {"held_products": ["bundle"]})
    rows = rows.append_column("segment", [["gold", "basic", None]])
    whole = decided(load_model(folder, trusted_keys=[key]), rows, later)
    sys.addaudithook(_note)
    ran: list[str] = []
    outcome = {mutator.__name__: {"refused": 0, "same": 0, "another": 0} for mutator in MUTATORS}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for i in range(mutations):
        mutator = MUTATORS[i % len(MUTATORS)]
        path = tmp_path / "mutated"
        shutil.copytree(folder, path)
        before = {name: (path / name).read_bytes() for name in FILES}
        mutator(Folder(path, np.random.default_rng(i)))
        is_mutated = sorted(p.name for p in path.iterdir()) != sorted(FILES) or any(
            not (path / name).is_file()
            or (path / name).stat().st_size > 1 << 30
            or (path / name).read_bytes() != content
            for name, content in before.items()
        )
        with watched(ran):
            if is_mutated:
                with pytest.raises(ModelError):
                    load_model(path, trusted_keys=[key])
            found = verdict(path, rows, later, whole)
        assert found != "broken", (i, mutator.__name__)
        assert not (is_mutated and mutator in DAMAGE and found != "refused"), (i, mutator.__name__)
        assert not (mutator is archive_forged and found != "refused"), i
        outcome[mutator.__name__][found] += 1
        shutil.rmtree(path)
    sys.stdout.write(json.dumps(outcome) + "\n")
    assert ran == []
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) * 1024 < MEMORY
    assert sum(counts["refused"] for counts in outcome.values()) > mutations * 0.7


def verdict(path, rows, later, whole):
    """Load without a key: refused, the same decisions, another sound model, or broken."""
    try:
        model = load_model(path)
    except ModelError:
        return "refused"
    try:
        found = decided(model, rows, later)
    except RecommenderError:
        return "another"
    return "same" if found == whole else "another"
