"""The manifest of a model folder: canonical JSON that carries its own digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from recommender.errors import ModelError
from recommender.files import DIGEST, dump_document

__all__ = ["FORMAT", "digest_of", "parse_manifest"]

FORMAT = 1
_KEYS = frozenset(
    {
        "format",
        "name",
        "version",
        "files",
        "versions",
        "features",
        "catalogue",
        "config",
        "training",
        "policy",
        "golden",
        DIGEST,
    }
)


def digest_of(content: bytes) -> str:
    """Return the sha256 of `content`, in hex."""
    return hashlib.sha256(content).hexdigest()


def parse_manifest(content: bytes) -> dict[str, Any]:
    """Read what `dump_document` wrote, and nothing else: a single changed byte is refused.

    Raises
    ------
    ModelError
        If the content is no manifest, was changed, or has a format that this version does not know.
    """
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"manifest.json: no JSON ({type(error).__name__}).") from error
    if not isinstance(manifest, dict) or manifest.keys() != _KEYS:
        raise ModelError("manifest.json: not the manifest of a model; its keys are other than documented.")
    if manifest["format"] != FORMAT:
        raise ModelError(f"manifest.json: format {FORMAT} was needed, {manifest['format']!r} came.")
    rest = {key: value for key, value in manifest.items() if key != DIGEST}
    if _dumped(rest) != content:
        raise ModelError("manifest.json: it was changed after it was written; its digest does not fit.")
    return manifest


def _dumped(rest: Mapping[str, Any]) -> bytes | None:
    try:
        return dump_document(rest)
    except (ValueError, RecursionError):  # a number that is none, or lists in lists without end
        return None
