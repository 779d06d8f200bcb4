"""What was learnt about meanings: adapter, ranking, confidence, thresholds. How they are read and written; not how learnt.

A model is two files, `<name>.json` and `<name>.npy`. Two come with the package, for skills and for job titles
(docs/skill-matching.md is their card); `skill_training` makes others.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from lms_hris_pipeline.match.skill_trees import Trees, read_trees, written_trees
from lms_hris_pipeline.model.errors import BadInput, Permanent
from lms_hris_pipeline.warehouse.shelf import write_atomically

Kind = Literal["skills", "titles"]
PRECISIONS = (0.90, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.995)
_NO_FLOOR = -1.0
_SCRIPTS = ("LATIN",)  # of a model that does not say so


@dataclass(frozen=True, slots=True)
class MeaningModel:
    """All that turns near texts into a decision.

    Args:
        embedding_sha256: the embedding model whose vectors it was learnt on.
        adapter: a square matrix that turns vectors so that texts of one skill come nearer to each other.
        ranking: weight by figure of a candidate.
        inside, right: whether the framework holds the skill, and whether the first candidate is it.
        usual_share: the share of tags inside among those it was learnt on.
        floor, share_above_floor: the cosine from which a tag may well be inside, and how many of such tags are.
        dictionary: how often each form of the dictionary was right.
        thresholds: by wanted precision, the confidence from which a tag is accepted.
    """

    version: str
    embedding_sha256: str
    adapter: npt.NDArray[np.float32]
    ranking: Mapping[str, float]
    inside: Trees
    right: Trees
    usual_share: float
    floor: float
    share_above_floor: float
    dictionary: Mapping[str, float]
    thresholds: Mapping[float, float]
    card: Mapping[str, Any]

    def threshold(self, precision: float) -> float:
        """The confidence from which tags are accepted so that the wanted share of them is right.

        Between the precisions that were measured it is interpolated; below the least it is that one's, above the
        greatest it goes to 1, so that only what the framework itself says is accepted.
        """
        known = sorted(self.thresholds.items())
        wanted, needed = [1.0 if not known else known[0][0]], [1.0 if not known else known[0][1]]
        for at, confidence in [*known[1:], (1.0, 1.0)]:
            wanted.append(at)
            needed.append(confidence)
        return round(float(np.interp(precision, wanted, needed)), 6)

    @property
    def scripts(self) -> frozenset[str]:
        """The scripts of the texts on which ranking and confidence were learnt."""
        return frozenset(self.card.get("scripts", _SCRIPTS))

    def form_share(self, form: str) -> float:
        """How often a form of the dictionary is right; one that was unknown when the model learnt counts as stripped."""
        return self.dictionary.get(form, self.dictionary.get("stripped", 0.0))


def read_model(folder: Traversable | Path, name: str) -> MeaningModel:
    """The model `name` in `folder`.

    Raises:
        BadInput: its files are missing, damaged, or do not belong together.
    """
    try:
        read = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        content = (folder / f"{name}.npy").read_bytes()
        if hashlib.sha256(content).hexdigest() != read["adapter_sha256"]:
            raise ValueError(f"{name}.npy is not the one that {name}.json names")
        return MeaningModel(
            version=str(read["version"]),
            embedding_sha256=str(read["embedding_sha256"]),
            adapter=np.load(io.BytesIO(content), allow_pickle=False).astype(np.float32),
            ranking={str(figure): float(weight) for figure, weight in read["ranking"].items()},
            inside=read_trees(read["inside"]),
            right=read_trees(read["right"]),
            usual_share=float(read["usual_share"]),
            # a model that was learnt before has none: all tags count
            floor=float(read.get("floor", _NO_FLOOR)),
            share_above_floor=float(read.get("share_above_floor", read["usual_share"])),
            dictionary={str(form): float(share) for form, share in read["dictionary"].items()},
            thresholds={float(at): float(confidence) for at, confidence in read["thresholds"]},
            card=read["card"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"The model {name} of meanings in {folder} cannot be read: {error!r}\n"
            "  Restore both of its files, or adopt another model."
        ) from error


@cache
def shipped_model(kind: Kind) -> MeaningModel:
    """The model that comes with the package.

    Raises:
        Permanent: its files are damaged.
    """
    try:
        return read_model(files("lms_hris_pipeline.match") / "data", f"meaning_{kind}")
    except BadInput as error:
        raise Permanent(f"{error}\n  It came with the package: install that anew.") from error


def model_files(model: MeaningModel) -> tuple[str, bytes]:
    """The content of both files of a model: the text, which names the other by its sha256, and the adapter."""
    content = io.BytesIO()
    np.save(content, model.adapter.astype(np.float16))
    told = {
        "version": model.version,
        "embedding_sha256": model.embedding_sha256,
        "adapter_sha256": hashlib.sha256(content.getvalue()).hexdigest(),
        "usual_share": model.usual_share,
        "floor": model.floor,
        "share_above_floor": model.share_above_floor,
        "dictionary": dict(model.dictionary),
        "thresholds": [list(pair) for pair in sorted(model.thresholds.items())],
        "card": model.card,
        "ranking": dict(model.ranking),
        "inside": written_trees(model.inside),
        "right": written_trees(model.right),
    }
    return json.dumps(told, separators=(",", ":")) + "\n", content.getvalue()


def write_model(folder: Path, name: str, model: MeaningModel) -> None:
    """Write both files of a model; the one that names the other comes last, so that half a model is never read."""
    text, adapter = model_files(model)
    (folder / f"{name}.npy").write_bytes(adapter)
    write_atomically(folder / f"{name}.json", text)
