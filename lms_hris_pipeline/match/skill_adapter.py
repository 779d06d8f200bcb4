"""Learns the adapter: the matrix that turns vectors so that texts of one skill come nearer to each other than to others.

The vectors themselves stay what the embedding model made them. torch is imported only when something is learnt.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_HEAT = 0.05  # the softmax's temperature; .03 to .08 end within half a point of each other
_STAY = 1e-3  # what moving away from the unmoved vectors costs
_RATE = 2e-3
_BATCH = 256
_OTHERS = 4_000  # labels, and aliases, that a batch is held against in one step; more are slower and no better
_ONLY_LABELS = 0.5  # share of the steps in which a text must find its label, its other aliases unseen

Vectors = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def learn_adapter(
    vectors: Vectors, skill_of: Ints, is_label: npt.NDArray[np.bool_], start: Vectors | None = None, epochs: int = 4
) -> Vectors:
    """The matrix under which each alias finds another text of its skill among all; the same input gives the same matrix.

    `vectors` are of length 1, one a text; texts that stand alone teach as others' wrong answers. Learning begins at
    `start` and is held near it: at a matrix that turns nothing where none is given.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        found: Vectors = _learn(torch, vectors, skill_of, is_label, start, epochs)
        return found
    finally:
        torch.set_num_threads(before)


def _learn(
    torch: Any, vectors: Vectors, skill_of: Ints, is_label: npt.NDArray[np.bool_], start: Vectors | None, epochs: int
) -> Vectors:
    dice = torch.Generator().manual_seed(0)
    unmoved = torch.eye(vectors.shape[1]) if start is None else torch.tensor(start)
    adapter = unmoved.clone().requires_grad_(True)
    aliases, labels = torch.tensor(np.flatnonzero(~is_label)), torch.tensor(np.flatnonzero(is_label))
    if not len(aliases):
        untaught: Vectors = unmoved.numpy()
        return untaught
    texts, skills = torch.tensor(vectors), torch.tensor(skill_of)
    label_of = torch.zeros(int(skills.max()) + 1, dtype=torch.long)
    label_of[skills[labels]] = labels
    optimizer = torch.optim.Adam([adapter], lr=_RATE)
    steps = epochs * -(-len(aliases) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=max(steps, 2), pct_start=0.1)
    for _ in range(epochs):
        for batch in aliases[torch.randperm(len(aliases), generator=dice)].split(_BATCH):
            others = [label_of[skills[batch]], _some(torch, labels, dice)]
            if float(torch.rand(1, generator=dice)) > _ONLY_LABELS:
                others.append(_some(torch, aliases, dice))
            away = _distance(torch, texts, skills, batch, torch.cat(others).unique(), adapter)
            loss = away + _STAY * ((adapter - unmoved) ** 2).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    learnt: Vectors = adapter.detach().numpy().astype(np.float16).astype(np.float32)
    return learnt


def _some(torch: Any, rows: Any, dice: Any) -> Any:
    return rows[torch.randperm(len(rows), generator=dice)[:_OTHERS]]


def _distance(torch: Any, texts: Any, skills: Any, batch: Any, others: Any, adapter: Any) -> Any:
    """How far the batch is from other texts of its skills, beside all others; texts without any do not count."""
    turn = torch.nn.functional.normalize
    likeness = turn(texts[batch] @ adapter, dim=1) @ turn(texts[others] @ adapter, dim=1).T / _HEAT
    likeness = likeness.masked_fill(others[None, :] == batch[:, None], -1e9)
    is_own = (skills[others][None, :] == skills[batch][:, None]) & (others[None, :] != batch[:, None])
    has_own = is_own.any(dim=1)
    own = torch.logsumexp(likeness.masked_fill(~is_own, -1e9), dim=1)
    return ((torch.logsumexp(likeness, dim=1) - own) * has_own).sum() / has_own.sum().clamp(min=1)
