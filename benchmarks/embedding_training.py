"""Learns the update of the embedding model that comes with the package: texts of one skill come nearer to each other.

Each alias of a batch is to find another text of its skill among all texts of the batch, of which the likeliest wrong
labels are a third. Only the update is learnt (LoRA); what lies beneath it stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lms_hris_pipeline.match.embedding import ModelFiles, load_encoder
from lms_hris_pipeline.match.embedding_update import linear_maps, written_update
from lms_hris_pipeline.match.skill_dictionary import Entry
from lms_hris_pipeline.match.skill_index import Vectors
from lms_hris_pipeline.match.skill_training import Embed
from lms_hris_pipeline.match.skill_worlds import Vocabulary

RANK = 4
EPOCHS = 3
_RATE, _BATCH, _HEAT = 1e-3, 256, 0.05
_LABEL = 0.5  # share of the aliases that are to find their label, the others any text of their skill
_HARD = 20  # wrong labels nearest to an alias, of which each batch takes one
_AT_ONCE = 128  # texts of about one length that are embedded together
_LONGEST = 48  # tokens of a text; those of a skill's name seldom are more than twelve

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Labels and aliases, each once a skill: text, number of the skill, whether it is a label."""

    text: Sequence[str]
    skill: Ints
    is_label: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> _Texts:
        rows: dict[tuple[str, int], bool] = {}
        for number, skill_id in enumerate(sorted(vocabulary.labels)):
            rows[Entry.of(skill_id, "label", vocabulary.labels[skill_id]).folded, number] = True
            for alias in vocabulary.aliases.get(skill_id, ()):
                rows.setdefault((Entry.of(skill_id, "alias", alias).folded, number), False)
        named = {row: is_label for row, is_label in rows.items() if row[0]}
        return cls(
            [text for text, _ in named],
            np.array([number for _, number in named], dtype=np.int64),
            np.array(list(named.values()), dtype=bool),
        )


class _Updated(torch.nn.Module):
    """A linear map with an update of low rank beside it, which changes nothing at first."""

    def __init__(self, layer: torch.nn.Linear, dice: torch.Generator) -> None:
        super().__init__()
        self.layer = layer
        self.down = torch.nn.Parameter(torch.randn(layer.in_features, RANK, generator=dice) / layer.in_features**0.5)
        self.up = torch.nn.Parameter(torch.zeros(RANK, layer.out_features))

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        told: torch.Tensor = self.layer(given) + (given @ self.down) @ self.up
        return told


def learn_update(vocabulary: Vocabulary, model: ModelFiles, vectors_of: Embed, threads: int) -> bytes:
    """The content of an update of `model`, learnt from all of `vocabulary`: the same input gives the same bytes.

    `vectors_of` gives vectors of texts by the model as it is, by which wrong labels are found.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        return _learn(_Texts.of(vocabulary), model, vectors_of)
    finally:
        torch.set_num_threads(before)


def _learn(texts: _Texts, model: ModelFiles, vectors_of: Embed) -> bytes:
    dice, numbers = torch.Generator().manual_seed(0), np.random.default_rng(0)
    encoder = load_encoder(model)
    updated = _put_in(encoder, dice)
    tokens = encoder.tokenizer(list(texts.text), truncation=True, max_length=_LONGEST)["input_ids"]
    members: dict[int, list[int]] = defaultdict(list)
    for row, skill in enumerate(texts.skill.tolist()):
        members[skill].append(row)
    aliases = np.array([row for row in np.flatnonzero(~texts.is_label) if len(members[int(texts.skill[row])]) > 1])
    hard = _nearest_wrong_labels(texts, aliases, vectors_of(texts.text))
    halves = [half for layer in updated.values() for half in (layer.down, layer.up)]
    optimizer = torch.optim.AdamW(halves, lr=_RATE, weight_decay=0.0)
    steps = EPOCHS * -(-len(aliases) // _BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=max(steps, 2), pct_start=0.1)
    for _ in range(EPOCHS):
        order = numbers.permutation(len(aliases))
        for start in range(0, len(order), _BATCH):
            at = order[start : start + _BATCH]
            own = [_other_text(texts, members, int(row), numbers) for row in aliases[at]]
            wrong = hard[at, numbers.integers(0, hard.shape[1], len(at))]
            rows = np.unique(np.concatenate([aliases[at], own, wrong]))
            loss = _distance(_vectors(encoder, [tokens[row] for row in rows]), texts.skill[rows], rows, aliases[at])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    return written_update({name: (_half(layer.down), _half(layer.up)) for name, layer in updated.items()})


def _put_in(encoder: Any, dice: torch.Generator) -> dict[str, _Updated]:
    """Updates beside all linear maps of the model's layers; nothing else will learn."""
    for weight in encoder.parameters():
        weight.requires_grad_(requires_grad=False)
    owners = dict(encoder.named_modules())
    names = {layer: name for name, layer in owners.items()}
    updated = {}
    for name, layer in list(linear_maps(encoder)):
        updated[name] = _Updated(layer, dice)
        owner, _, own_name = names[layer].rpartition(".")
        setattr(owners[owner], own_name, updated[name])
    return updated


def _nearest_wrong_labels(texts: _Texts, aliases: Ints, vectors: Vectors) -> Ints:
    """By alias, the labels of other skills that come nearest to it."""
    labels = np.flatnonzero(texts.is_label)
    found = []
    for start in range(0, len(aliases), 512):
        part = aliases[start : start + 512]
        likeness = vectors[part] @ vectors[labels].T
        likeness[texts.skill[part][:, None] == texts.skill[labels]] = -1
        found.append(labels[np.argsort(-likeness, axis=1, kind="stable")[:, :_HARD]])
    return np.concatenate(found)


def _other_text(texts: _Texts, members: dict[int, list[int]], alias: int, numbers: np.random.Generator) -> int:
    others = [row for row in members[int(texts.skill[alias])] if row != alias]
    labels = [row for row in others if texts.is_label[row]]
    return labels[0] if labels and numbers.random() < _LABEL else others[numbers.integers(len(others))]


def _vectors(encoder: Any, tokens: Sequence[Sequence[int]]) -> torch.Tensor:
    """Vectors of length 1 of texts given by their tokens, those of about one length embedded together."""
    order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
    parts = []
    for start in range(0, len(order), _AT_ONCE):
        part = [torch.tensor(tokens[row]) for row in order[start : start + _AT_ONCE]]
        ids = torch.nn.utils.rnn.pad_sequence(part, batch_first=True)
        mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(one) for one in part], batch_first=True)
        parts.append(encoder({"input_ids": ids, "attention_mask": mask})["sentence_embedding"])
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return torch.nn.functional.normalize(torch.cat(parts), dim=1)[back]


def _distance(vectors: torch.Tensor, skill: Ints, rows: Ints, aliases: Ints) -> torch.Tensor:
    """How far the aliases are from other texts of their skills, beside all texts of the batch."""
    at, skills = torch.tensor(np.searchsorted(rows, aliases)), torch.tensor(skill)
    is_itself = at[:, None] == torch.arange(len(rows))
    likeness = (vectors[at] @ vectors.T / _HEAT).masked_fill(is_itself, -1e9)
    is_own = (skills[at][:, None] == skills) & ~is_itself
    own = torch.logsumexp(likeness.masked_fill(~is_own, -1e9), dim=1)
    return (torch.logsumexp(likeness, dim=1) - own).mean()


def _half(weights: torch.nn.Parameter) -> npt.NDArray[np.float16]:
    found: npt.NDArray[np.float16] = weights.detach().numpy().astype(np.float16)
    return found
