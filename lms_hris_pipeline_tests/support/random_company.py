"""Random small companies in which most things are wrong: what the oracle and the SQL must read alike."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

from lms_hris_pipeline_tests.support.made_company import TODAY, Identity, identity, make_company
from lms_hris_pipeline_tests.support.stage import Record, course, enrolment, job, learning_record, user, wid, worker

COURSES = [
    course(1, difficulty=" Difficult"),
    course(2, difficulty="dan 2"),
    course(3, status="retired", equivalent_to="C-1", difficulty="medium"),
    course(4, status="retired"),
    course(5, status="retired", equivalent_to="C-4"),
]
GROUPS: list[Record] = [
    {"id": "1", "name": "JF: Analysis", "type": "manual"},
    {"id": "2", "name": "JF: Building", "type": "manual"},
    {"id": "3", "name": "Book club", "type": "manual"},
    {"id": "4", "name": "JF: Analysis", "type": "automatic", "rule_field": "field_5", "rule_value": "LOC-BER"},
]
TAGS: list[tuple[str, str | None]] = [("sql", "S-SQL"), ("sequel", "S-SQL"), ("noise", None), ("joinery", "S-WOOD")]
TITLES = ["sql", " sequel ", "noise", "never heard of", "sql", "joinery"]
CERTIFICATIONS: list[Record] = [
    {"id": "1", "title": "Joiner", "course_ids": ["1", "3", "99"]},
    {"id": "2", "title": "Analyst", "course_ids": ["1"]},
    {"id": "10", "title": "Nothing"},
]
NAMES = ["Zoë", " Anna", "<b>\"\\\x0b'=1+1", "O'Neill", "ÅSA", ""]


class RandomCompany:
    """A company of `size` workers by `seed`."""

    def __init__(self, seed: int, size: int) -> None:
        self._chance = Random(seed)
        self._size = size

    def make(self, folder: Path) -> Path:
        """Write it into `folder`."""
        workers = [self._worker(number) for number in range(self._size)]
        users = self._users()
        hris: dict[str, list[Record]] = {
            "workers": workers,
            "learning_records": self._records(),
            "invoices": [self._line(number) for number in range(1, 12)],
            "licence_contracts": [
                {"Contract_ID": f"K-{n}", "Licence_Type": "SEATS", "Currency": "EUR", "Allocation": allocation}
                for n, allocation in enumerate(["ACTIVE_LEARNERS", "ENROLMENTS", "HEADCOUNT"], start=1)
            ],
            "cost_centers": [
                {"Cost_Center_ID": "CC-1"},
                {"Cost_Center_ID": "CC-2", "Closed_On": self._date(1)},
            ],
            "skills": [{"Skill_ID": "S-SQL", "Skill_Name": "SQL"}, {"Skill_ID": "S-WOOD", "Skill_Name": "Wood"}],
        }
        lms: dict[str, list[Record]] = {
            "users": users,
            "courses": COURSES,
            "groups": GROUPS,
            "group_members": [
                {"group_id": group["id"], "user_id": account["user_id"]}
                for account in users
                for group in GROUPS
                if self._is(0.3)
            ],
            "enrolments": self._enrolments(users),
            "certifications": CERTIFICATIONS,
            "certificates": self._certificates(users),
            "skills": [{"skill_id": number, "title": title} for number, title in enumerate(TITLES, start=1)],
            "course_skills": [
                {"course_id": str(c), "skill_id": str(t)} for c in range(1, 4) for t in range(1, 7) if self._is(0.5)
            ],
        }
        return make_company(folder, hris, lms, self._identities(users), TAGS)

    def _is(self, probability: float) -> bool:
        return self._chance.random() < probability

    def _date(self, reach: int) -> str:
        return (TODAY + timedelta(days=self._chance.randint(-reach, reach))).isoformat()

    def _job(self, number: int, spell: int) -> Record:
        chance = self._chance
        record = job(
            number,
            Assignment_ID=f"ASG-{number}-{spell}",
            Location_ID=chance.choice(["LOC-BER", "LOC-MEL", "LOC-HNL", "LOC-MARS", "", None]),
            Manager_WID=wid(chance.randrange(self._size + 2)) if self._is(0.7) else None,
            Job_Profile_ID=chance.choice(["JP-1", "JP-2", "JP-9", None]),
            Cost_Center_ID=chance.choice(["CC-1", "CC-2", "", None]),
            Supervisory_Organization_ID=chance.choice(["SUP-1", "SUP-2", None]),
            Is_Primary=chance.choice(["1", "1", "1", "0"]),
            Recorded_Moment=chance.choice(["2026-01-01T08:00:00.000-08:00", "2026-01-01T16:00:00.000+00:00", None]),
            Start_Date=self._date(40) if self._is(0.5) else "2024-01-01",
        )
        return record | ({"End_Date": self._date(5)} if self._is(0.3) else {})

    def _worker(self, number: int) -> Record:
        chance = self._chance
        changes: Record = {}
        if self._is(0.2):
            changes["Termination_Date"] = self._date(3)
        if self._is(0.2):
            changes["Hire_Date"] = self._date(20) if self._is(0.8) else None
        if self._is(0.1):
            changes["Hire_Rescinded"] = "1"
        if self._is(0.3):
            changes["Universal_ID"] = f"U{chance.randint(0, self._size // 2)}"
        if self._is(0.3):
            changes["Worker_Type"] = "Contingent Worker"
        if self._is(0.2):
            changes["Email_Work"] = chance.choice([f"person{chance.randrange(self._size)}@lumen.example", None, ""])
        if self._is(0.2):
            changes[chance.choice(["Legal_First_Name", "Preferred_Last_Name"])] = chance.choice(NAMES)
        if self._is(0.6):
            items = [{"Skill_ID": "S-SQL", "Skill_Name": "SQL"}, {"Skill_Name": " sql"}, {"Skill_Name": "typed"}]
            items.append({"Skill_ID": "S-WOOD", "Skill_Name": "Wood"})
            levels = [None, "none", "Beginner", "competent", "EXPERT ", "guru"]
            changes["Skills_group"] = [
                item | {"Skill_Level": chance.choice(levels)} for item in chance.sample(items, 2)
            ]
        return worker(number, [self._job(number, spell) for spell in range(chance.randint(1, 3))], **changes)

    def _users(self) -> list[Record]:
        chance = self._chance
        taken: set[str] = set()
        found = []
        for number in range(self._size + self._size // 3):
            name = f"person{number if self._is(0.8) else chance.randrange(self._size)}@lumen.example"
            name = f"{name}.{number}" if name in taken else name
            taken.add(name)
            changes: Record = {
                "username": name.title() if self._is(0.1) else name,
                "status": chance.choice("1110"),
                "level": chance.choice(["user"] * 9 + ["power_user"]),
                "field_8": chance.choice([None] * 9 + ["external"]),
                "manager_id": chance.choice([None, 0, 10_000 + chance.randrange(self._size)]),
                "branches": chance.choice([[], [{"code": "SUP-1"}], [{"code": "SUP-2"}]]),
                "creation_date": chance.choice(["0000-00-00 00:00:00", "2024-01-01 08:00:00", "2023-01-01 08:00:00"]),
            }
            if self._is(0.3):
                changes[f"field_{chance.randint(1, 7)}"] = chance.choice([None, "", " other "])
            if self._is(0.7):
                found.append(user(number, **changes))
        return found

    def _identities(self, users: list[Record]) -> list[Identity]:
        found = []
        for account in users:
            number = int(account["user_id"]) - 10_000
            kind = self._chance.choice(["primary"] * 6 + ["duplicate", "ambiguous", "orphan"])
            partner = number if self._is(0.7) else self._chance.randrange(self._size)
            if self._is(0.97):
                found.append(identity(number, None if kind == "orphan" else min(partner, self._size - 1), kind))
        return found

    def _records(self) -> list[Record]:
        chance = self._chance
        return [
            learning_record(
                number,
                chance.randrange(self._size),
                chance.randint(1, 6),
                f"2026-0{chance.randint(1, 3)}-01",
                Overall_Score=chance.choice([None, "85", "85.50", "n/a"]),
                Rescinded=chance.choice("0001"),
            )
            for number in range(self._size * 2)
        ]

    def _enrolments(self, users: list[Record]) -> list[Record]:
        chance = self._chance
        found: dict[tuple[str, int, bool], Record] = {}
        for number in range(1, self._size * 3):
            account, code, is_archived = chance.choice(users), chance.randint(1, 5), self._is(0.2)
            completed = chance.choice([f"{chance.choice([2019, 2023, 2026])}-0{chance.randint(1, 3)}-01", None])
            record = enrolment(
                number,
                int(account["user_id"]) - 10_000,
                code,
                completed,
                archived=is_archived,
                score=chance.choice([None, "69.99", "70", "85", "100.00", "0"]),
                status=chance.choice(["completed", "completed", "in_progress"]),
                enrollment_date=f"2026-0{chance.randint(1, 6)}-15 09:00:00",
            )
            found.setdefault((account["user_id"], code, is_archived), record)
        return list(found.values())

    def _certificates(self, users: list[Record]) -> list[Record]:
        return [
            {
                "certification_id": certification["id"],
                "user_id": account["user_id"],
                "issued_date": self._chance.choice(["2026-02-01 00:00:00", "2026-06-01 00:00:00", None]),
                "expire_date": self._chance.choice(["2026-10-01 00:00:00", "2027-06-01 00:00:00", None]),
            }
            for account in users
            for certification in CERTIFICATIONS
            if self._is(0.2)
        ]

    def _line(self, number: int) -> Record:
        chance = self._chance
        month = chance.randint(1, 9)
        record: Record = {
            "Invoice_ID": "I-1",
            "Line_No": str(number),
            "Service_From": f"2026-0{month}-01",
            "Service_To": f"2026-0{month}-28",
            "Charge_Type": chance.choice(["COURSE_FEE", "LICENCE", "CONTENT", "CREDIT_NOTE"]),
            "Course_Code": chance.choice(["C-1", "C-4", "C-9", None]),
            "Contract_ID": chance.choice(["K-1", "K-2", "K-3", "K-9", None]),
            "Net_Amount": "10.00",
            "Tax_Amount": "1.90",
            "Currency": "EUR",
            "Cost_Center_ID": chance.choice(["CC-1", None, None, ""]),
        }
        return {name: value for name, value in record.items() if value is not None}
