"""The low-rank update by which the embedding model knows skills and job titles better (LoRA, Hu et al. 2021).

To some of the model's matrices the product of a tall and a flat one is added, once, when the model is loaded: a text then
costs what it did before. How an update is learnt is not this module's business.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Half = npt.NDArray[np.float16]
Update = Mapping[str, tuple[Half, Half]]
"""By the name of a linear map of the model, `down` (inputs by rank) and `up` (rank by outputs)."""

_DOWN, _UP = ".down", ".up"


def written_update(update: Update) -> bytes:
    """The content of a file that `read_update` reads; the same update gives the same bytes."""
    content = io.BytesIO()
    halves = {
        f"{name}{part}": half for name, pair in update.items() for part, half in zip((_DOWN, _UP), pair, strict=True)
    }
    np.savez(content, **halves)  # type: ignore[arg-type] # the stubs take the names for np.savez's own arguments
    return content.getvalue()


def read_update(content: bytes) -> Update:
    """The update that `written_update` wrote."""
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        names = [name.removesuffix(_DOWN) for name in stored.files if name.endswith(_DOWN)]
        return {name: (stored[name + _DOWN], stored[name + _UP]) for name in names}


def apply_update(encoder: Any, update: Update) -> None:
    """Add the update to the weights of a loaded sentence-transformers model."""
    import torch

    for name, layer in linear_maps(encoder):
        if name in update:
            down, up = (half.astype(np.float32) for half in update[name])
            with torch.no_grad():
                layer.weight += torch.tensor((down @ up).T)


def linear_maps(encoder: Any) -> Iterator[tuple[str, Any]]:
    """The linear maps of the model's layers by name, in its order."""
    import torch

    for name, layer in encoder.named_modules():
        if ".layer." in name and isinstance(layer, torch.nn.Linear):
            yield name.partition("encoder.")[2], layer
