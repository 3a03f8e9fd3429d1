"""Ed25519 signatures of manifests; a manifest names the sha256 of every other file, so one covers them all."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from recommender.errors import ModelError
from recommender.extras import load_extra
from recommender.files import writing

__all__ = ["SIGNATURE", "check_signature", "make_key", "public_key_of", "signature_of"]

SIGNATURE: Final = "manifest.sig"
_KIND: Final = "ed25519:"
_MOST_KEY_BYTES: Final = 1 << 14
# What is signed begins with these words, so that a signature made for anything else is none for a model.
_PURPOSE: Final = b"recommender model manifest 1\n"


def make_key(path: str | Path) -> str:
    """Write a new private key to `path`, readable by its owner alone, and return the public key.

    Returns
    -------
    str
        The public key as `[trust] keys` takes it: `ed25519:` and 64 hexadecimal digits.

    Raises
    ------
    OutputError
        If there is a file already, or none can be written.
    ModelError
        If `cryptography` is not installed.
    """
    key = _ed25519().Ed25519PrivateKey.generate()
    serialization = _library("cryptography.hazmat.primitives.serialization")
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with writing("the key", path), open(path, "xb", opener=_private) as file:
        file.write(content)
    return public_key_of(key)


def public_key_of(key: Any) -> str:
    """Return the public half of a private key."""
    return _KIND + str(key.public_key().public_bytes_raw().hex())


def signature_of(manifest: bytes, key_path: str | Path) -> tuple[bytes, str]:
    """Return the signature file of a manifest and the public key that it answers to.

    Raises
    ------
    ModelError
        If the file holds no Ed25519 key, or `cryptography` is not installed.
    """
    key = _private_key(Path(key_path))
    return _written(key.sign(_PURPOSE + manifest)), public_key_of(key)


def check_signature(manifest: bytes, signature: bytes | None, trusted_keys: Sequence[str]) -> None:
    """Refuse a manifest that none of the trusted keys has signed.

    Raises
    ------
    ModelError
        If there is no signature, none of the keys made it, a key is none, or `cryptography` is not installed.
    """
    if signature is None:
        raise ModelError(f"{SIGNATURE}: a signature was needed, as keys are trusted, but the model has none.")
    keys = [_public_key(key) for key in trusted_keys]
    try:
        given = bytes.fromhex(signature.decode("ascii"))
    except ValueError as error:
        raise ModelError(f"{SIGNATURE}: hexadecimal digits were needed, something else came.") from error
    # one signature is written in one way
    if _written(given) != signature or not any(_has_signed(key, given, manifest) for key in keys):
        raise ModelError(f"{SIGNATURE}: none of the {len(keys)} trusted keys has signed this manifest.")


def _written(signature: bytes) -> bytes:
    return signature.hex().encode() + b"\n"


def _has_signed(key: Any, signature: bytes, manifest: bytes) -> bool:
    try:
        key.verify(signature, _PURPOSE + manifest)
    except _library("cryptography.exceptions").InvalidSignature:
        return False
    return True


def _public_key(text: str) -> Any:
    kind, _, digits = text.strip().rpartition(":")
    try:
        raw = bytes.fromhex(digits if kind + ":" == _KIND else "")
        return _ed25519().Ed25519PublicKey.from_public_bytes(raw)
    except ValueError as error:
        raise ModelError(f"A trusted key is {_KIND} and 64 hexadecimal digits, but {text!r} came.") from error


def _private_key(path: Path) -> Any:
    serialization = _library("cryptography.hazmat.primitives.serialization")
    try:
        with path.open("rb") as file:
            key = serialization.load_pem_private_key(file.read(_MOST_KEY_BYTES), password=None)
    except OSError as error:
        raise ModelError(f"{path}: the key cannot be read ({error.strerror or error}).") from error
    except (ValueError, TypeError) as error:
        raise ModelError(f"{path}: a private key in PEM without a password was needed, something else came.") from error
    if not isinstance(key, _ed25519().Ed25519PrivateKey):
        raise ModelError(f"{path}: an Ed25519 key was needed, another kind came.")
    return key


def _ed25519() -> Any:
    return _library("cryptography.hazmat.primitives.asymmetric.ed25519")


def _library(name: str) -> Any:
    return load_extra(name, needs="cryptography", extra="sign")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
