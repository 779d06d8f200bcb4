"""Every landing file is verified before anything is loaded: half a .zst loads without an error."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lms_hris_pipeline.extract.landing import Manifest, data_path, file_digest, read_manifest
from lms_hris_pipeline.extract.previous import extract_chain
from lms_hris_pipeline.model.errors import ContractBroken


def verify_landing(landing_dir: Path, system: str, entities: Sequence[str]) -> list[Manifest]:
    """The manifests of `entities` in their order, once every file they rest on is whole.

    Raises:
        ContractBroken: a manifest or file is missing, or its size or sha256 differs.
    """
    manifests = []
    for entity in entities:
        manifest = read_manifest(landing_dir, system, entity)
        if manifest is None:
            raise ContractBroken(
                f"{landing_dir.name}: {system} {entity} has not been extracted\n  Run: lms-hris nightly"
            )
        for link in extract_chain(landing_dir.parent, manifest):
            verify_file(landing_dir.parent, link)
        manifests.append(manifest)
    return manifests


def verify_file(landing_root: Path, manifest: Manifest) -> None:
    """Hold one file against its manifest.

    Raises:
        ContractBroken: it is missing, or its size or sha256 differs.
    """
    path = data_path(landing_root / manifest.batch, manifest.system, manifest.entity)
    if not manifest.sha256:
        if path.exists() or manifest.is_complete:
            raise ContractBroken(f"{path} is not what its manifest says\n  Fetch anew: lms-hris nightly --fresh")
        return
    try:
        found = file_digest(path)
    except FileNotFoundError:
        raise ContractBroken(f"{path} is gone\n  Fetch anew: lms-hris nightly --fresh") from None
    if found != (manifest.sha256, manifest.bytes):
        raise ContractBroken(
            f"{path} is damaged: {found[1]} bytes, sha256 {found[0][:12]}…; "
            f"its manifest says {manifest.bytes} bytes, {manifest.sha256[:12]}…\n"
            "  Fetch anew: lms-hris nightly --fresh"
        )
