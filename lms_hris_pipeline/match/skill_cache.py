"""What a night keeps for later nights: vectors by model and text, and what was said of tags already placed.

Both are only ever a saving of time: what cannot be read is thrown away with a line in the log, and made again. A file
is replaced as a whole, never written in place, so that a kill leaves the old one or the new one; a lock keeps two
writers from undoing each other's work. What is computed is decided elsewhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import logging
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

logger = logging.getLogger("lms_hris_pipeline")

Vectors = npt.NDArray[np.float32]
_KEY_BYTES = 16
_PART = ".part"
_ANSWER_FILES = 8


class VectorCache:
    """Vectors of one model by text, in one file a model."""

    def __init__(self, folder: Path, model_sha256: str) -> None:
        self._path = folder / f"skill_vectors-{model_sha256[:16]}.npz"
        self._salt = model_sha256.encode()

    def read(self) -> dict[bytes, npt.NDArray[np.float32]]:
        """All vectors by key; empty where there is no file or it is damaged."""
        try:
            # opened here, because numpy leaves a file that is no archive open
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                keys, vectors = stored["keys"], stored["vectors"]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile) as error:
            _discard(self._path, error)
            return {}
        fits = keys.ndim == vectors.ndim == 2 and keys.shape == (len(vectors), _KEY_BYTES)
        if not fits or vectors.dtype != np.float32 or not np.isfinite(vectors).all():
            _discard(self._path, "keys and vectors do not fit")
            return {}
        return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}

    def key(self, text: str) -> bytes:
        """Under which a text's vector stands."""
        return hashlib.sha256(self._salt + b"\0" + text.encode()).digest()[:_KEY_BYTES]

    def add(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Keep the vectors of `texts` beside what other processes have kept meanwhile."""
        with _locked(self._path) as is_locked:
            if not is_locked:
                return
            kept = self.read() | {self.key(text): vector for text, vector in zip(texts, vectors, strict=True)}
            kept = {key: vector for key, vector in kept.items() if len(vector) == vectors.shape[1]}
            order = sorted(kept)
            content = io.BytesIO()
            np.savez(
                content,
                keys=np.frombuffer(b"".join(order), dtype=np.uint8).reshape(len(order), _KEY_BYTES),
                vectors=np.stack([kept[key] for key in order]),
            )
            _replace(self._path, content.getvalue())


class AnswerCache:
    """What was said of each tag by one framework, model and engine, which the fingerprint stands for: a table in a file.

    Of each kind the files that were written last are kept, so that trying another framework does not cost the nights
    their answers.
    """

    def __init__(self, folder: Path, kind: str, fingerprint: str) -> None:
        self._path = folder / f"{kind}_answers-{fingerprint[:16]}.bin"
        self._others = f"{kind}_answers-*.bin"
        self._mark = {b"fingerprint": fingerprint.encode()}

    def read(self, schema: pa.Schema) -> pa.Table:
        """All rows of known tags; none where the file is of another fingerprint, damaged or absent."""
        try:
            digest, _, body = self._path.read_bytes().partition(b"\n")
            if digest.decode("ascii", "replace") != hashlib.sha256(body).hexdigest():
                raise ValueError("its checksum does not fit")
            stored = pq.read_table(pa.BufferReader(body))
        except FileNotFoundError:
            return schema.empty_table()
        except (OSError, ValueError, pa.ArrowException) as error:
            _discard(self._path, error)
            return schema.empty_table()
        if (stored.schema.metadata or {}) != self._mark or not stored.schema.equals(schema):
            return schema.empty_table()
        return stored.replace_schema_metadata(None)

    def add(self, rows: pa.Table) -> None:
        """Keep `rows`, all those of some tags, beside those of other tags that were kept meanwhile."""
        with _locked(self._path) as is_locked:
            if not is_locked:
                return
            kept = self.read(rows.schema)
            is_other = pc.invert(pc.is_in(kept["tag"], pc.unique(rows["tag"])))
            whole = pa.concat_tables([kept.filter(is_other), rows]).replace_schema_metadata(self._mark)
            content = pa.BufferOutputStream()
            pq.write_table(whole, content, compression="zstd")
            body = content.getvalue().to_pybytes()
            _replace(self._path, hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
            self._keep_the_last()

    def _keep_the_last(self) -> None:
        """Remove what has not been written for longest; another process may do the same at the same time."""
        written = []
        for path in self._path.parent.glob(self._others):
            try:
                written.append((path.stat().st_mtime_ns, path))
            except FileNotFoundError:
                continue
        for _, path in sorted(written, reverse=True)[_ANSWER_FILES:]:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.lock").unlink(missing_ok=True)


def _discard(path: Path, why: object) -> None:
    logger.warning(json.dumps({"event": "skill_cache_discarded", "file": path.name, "why": str(why)}))


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Hold the lock beside `path`; False where the folder cannot be written, which costs time, not correctness."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = (path.parent / f"{path.name}.lock").open("ab")
    except OSError as error:
        _not_kept(path, error)
        yield False
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield True


def _replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of `path` at once. The caller holds the lock, so a part file is a dead process's."""
    part = path.with_name(path.name + _PART)
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        _not_kept(path, error)


def _not_kept(path: Path, error: OSError) -> None:
    logger.warning(json.dumps({"event": "skill_cache_not_kept", "file": path.name, "why": str(error)}))
