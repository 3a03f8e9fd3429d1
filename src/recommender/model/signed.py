"""Sign a model folder."""

from pathlib import Path

from recommender.files import DIGEST, dump_document, writing
from recommender.model.folder import check_folder, newest_version
from recommender.model.signing import SIGNATURE, signature_of

__all__ = ["sign_model"]


def sign_model(path: str | Path, key: str | Path) -> tuple[Path, str]:
    """Sign a model, once it is found whole, by the private key in the file `key`.

    Returns
    -------
    tuple of Path and str
        The file of the signature, beside the manifest, and the public key that whoever loads the model has to trust.

    Raises
    ------
    ModelError
        If there is no whole model, or no key.
    OutputError
        If the signature cannot be written.
    """
    folder = newest_version(Path(path))
    manifest, _ = check_folder(folder)
    # what was verified is signed, whatever stands in the file by now
    content, public = signature_of(dump_document({k: v for k, v in manifest.items() if k != DIGEST}), key)
    target = folder / SIGNATURE
    hidden = folder.with_name(f".{folder.name}.{SIGNATURE}")
    try:
        with writing("the signature", target):
            hidden.write_bytes(content)
            hidden.replace(target)
    finally:
        hidden.unlink(missing_ok=True)
    return target, public
