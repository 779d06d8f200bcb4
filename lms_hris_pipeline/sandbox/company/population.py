"""How many worker records of each standing a company has, and which numbers they bear."""

from __future__ import annotations

from dataclasses import dataclass

from lms_hris_pipeline.sandbox.company import organisation


@dataclass(frozen=True, slots=True)
class Population:
    """How many worker records of each standing there are; persons are numbered in this order, staff first."""

    staff: int
    pre_hires: int
    later_hires: int
    rescinded: int
    leavers: int
    former: int
    """Earlier worker records of members of staff, joined to the present one by the universal id."""

    @classmethod
    def of(cls, workers: int) -> Population:
        """The standings of a company of so many worker records."""
        pre, later, rescinded = max(1, workers // 90), max(1, workers // 120), max(1, workers // 300)
        leavers, former = max(2, workers // 10), max(1, workers // 90)
        return cls(workers - pre - later - rescinded - leavers - former, pre, later, rescinded, leavers, former)

    @property
    def persons(self) -> int:
        """Numbered persons: all but the former records."""
        return self.staff + self.pre_hires + self.later_hires + self.rescinded + self.leavers

    @property
    def leaders(self) -> int:
        """Members of staff who lead an organisation: the first ones."""
        return organisation.organization_count(self.staff)

    def standing_of(self, number: int) -> str:
        """`staff`, `pre_hire`, `later_hire`, `rescinded` or `leaver`."""
        for name, count in (
            ("staff", self.staff), ("pre_hire", self.pre_hires), ("later_hire", self.later_hires), ("rescinded", self.rescinded),
        ):  # fmt: skip
            if number < count:
                return name
            number -= count
        return "leaver"

    def numbers_of(self, standing: str) -> range:
        """The numbers of all persons of a standing."""
        starts = {"staff": 0}
        starts["pre_hire"] = self.staff
        starts["later_hire"] = starts["pre_hire"] + self.pre_hires
        starts["rescinded"] = starts["later_hire"] + self.later_hires
        starts["leaver"] = starts["rescinded"] + self.rescinded
        ends = {**dict(zip(list(starts)[:-1], list(starts.values())[1:], strict=True)), "leaver": self.persons}
        return range(starts[standing], ends[standing])

    def has_former_record(self, number: int) -> bool:
        """Whether a member of staff was on the books before under another worker id."""
        first = self.leaders
        step = max(1, (self.staff - first) // self.former)
        place, rest = divmod(number - first, step)
        return first <= number < self.staff and rest == 0 and place < self.former
