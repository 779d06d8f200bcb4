"""What each Docebo entity must look like, and where it is listed. Facts only."""

from __future__ import annotations

from dataclasses import dataclass

from lms_hris_pipeline.connectors.protocols import EntityContract
from lms_hris_pipeline.settings import LearnerFields


@dataclass(frozen=True, slots=True)
class List:
    """Where an entity is listed. A list below a parent has `{id}` in its path.

    Args:
        parent: the entity whose records are the parents.
        parent_key: the parents' id field.
        given: the field each record gets the parent's id in.
    """

    path: str
    parent: str = ""
    parent_key: str = ""
    given: str = ""


LISTS: dict[str, List] = {
    "users": List("/manage/v1/user"),
    "user_fields": List("/manage/v1/user_fields"),
    "branches": List("/manage/v1/orgchart"),
    "groups": List("/audiences/v1/audience"),
    "group_members": List("/manage/v1/group/{id}/members", "groups", "id", "group_id"),
    "courses": List("/course/v1/courses"),
    "enrolments": List("/learn/v1/enrollments"),
    "certifications": List("/learn/v1/certification"),
    "certificates": List("/learn/v1/certification/{id}/users", "certifications", "id", "certification_id"),
    "skills": List("/skill/v1/skills"),
    "course_skills": List("/skill/v1/courses/{id}/skills", "courses", "id", "course_id"),
}
ENTITIES = tuple(LISTS)
BY_CHANGE = frozenset({"enrolments"})
"""Entities that can be asked for changes only (`updated_from`) [M]."""

_FIXED: dict[str, tuple[str, str]] = {
    "users": (
        "user_id",
        "user_id username first_name last_name email status level last_update expiration_date branches manager_id",
    ),
    "user_fields": ("id_field", "id_field title type"),
    "branches": ("id", "id code parent_id"),
    "groups": ("id", "id name type"),
    "group_members": ("group_id user_id", "group_id user_id"),
    "courses": ("id", "id code name status"),
    "enrolments": (
        "id",
        "id user_id course_id course_code status enrollment_date completion_date score last_update owner archived",
    ),
    "certifications": ("id", "id code title course_ids"),
    "certificates": ("certification_id user_id", "certification_id user_id issued_date expire_date"),
    "skills": ("skill_id", "skill_id title"),
    "course_skills": ("course_id skill_id", "course_id skill_id"),
}


def entity_contracts(fields: LearnerFields) -> dict[str, EntityContract]:
    """The contract of every entity under the firm's field mapping."""
    contracts = {
        entity: EntityContract(tuple(key.split()), frozenset(required.split()), {})
        for entity, (key, required) in _FIXED.items()
    }
    users = contracts["users"]
    mapped = frozenset(fields.mapped().values())
    contracts["users"] = EntityContract(users.key, users.required | mapped, {"branches": frozenset({"id", "code"})})
    return contracts
