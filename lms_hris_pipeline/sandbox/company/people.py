"""Who works at the firm: worker records of every standing, each with the account that agrees with it.

A person is made from their number and a random source alone, so that a company of any size is made piece by piece.
Not here: what they learned (`training`), and what is wrong (`faults`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from lms_hris_pipeline.sandbox.company import organisation
from lms_hris_pipeline.sandbox.company.jobs import FUNCTION_OF, Profile, profiles_of, stable_wid
from lms_hris_pipeline.sandbox.company.names import NICKNAMES, Mailboxes, PersonName, draw_name, remarried
from lms_hris_pipeline.sandbox.company.places import FIRST_DAY, LOCATIONS, Location, cost_center_of, local_day
from lms_hris_pipeline.sandbox.company.population import Population
from lms_hris_pipeline.sandbox.company.records import Account, Record, account_for, job_on, job_spell, worker_wid
from lms_hris_pipeline.sandbox.store import NIGHT

FIRST_USER_ID = 10_001
FIRST_NIGHT = datetime.combine(FIRST_DAY, NIGHT)
TITLE_PREFIXES = ("", "", "", "", "Senior ", "Senior ", "Junior ", "Lead ")
_SHARES = [location.share for location in LOCATIONS]


@dataclass(slots=True)
class Person:
    """A made-up person: the present worker record, an earlier one if any, the account if any."""

    number: int
    standing: str
    record: Record
    former: Record | None
    account: Account | None
    family: str

    @property
    def wid(self) -> str:
        """The worker id that stands for the person."""
        return str(self.record["Worker_WID"])


@dataclass(frozen=True, slots=True)
class Post:
    """A place in the organisation: what a job spell is made from."""

    family: str
    profile: Profile
    organization_no: int
    location: Location
    manager_no: int | None


class PeopleMaker:
    """Makes the persons of a company, number by number."""

    def __init__(self, seed: int, population: Population) -> None:
        self.seed = seed
        self.population = population
        self._mailboxes = Mailboxes()
        self._leaders = population.leaders

    def make(self, number: int, rng: Random) -> Person:
        """The numbered person. Numbers must be made in order: addresses are given first come, first served."""
        standing = self.population.standing_of(number)
        post = self.post_of(number, standing, rng)
        today = local_day(post.location.zone, FIRST_NIGHT)
        hire, ended = _dates(rng, standing, today)
        name = draw_name(rng, rng.choice(post.location.mix))
        record = self._record(number, rng, name, post, hire)
        if ended is not None:
            record["Termination_Date"] = ended.isoformat()
        if standing == "rescinded":
            record |= {"Hire_Rescinded": "1", "Worker_Status": "Hire Rescinded"}
        record["Jobs_group"] = self._jobs(rng, record["Worker_WID"], post, hire, ended)
        former = None
        if standing == "staff":
            _add_events(rng, record, today)
            if self.population.has_former_record(number):
                former = self._former(rng, record)
        account = self._account(rng, number, standing, record)
        return Person(number, standing, record, former, account, post.family)

    def post_of(self, number: int, standing: str, rng: Random) -> Post:
        """The place in the organisation of a numbered person."""
        is_leader = number < self._leaders
        if standing == "staff":
            organization_no = organisation.organization_of(number)
            manager_no = organisation.manager_of(number)
        else:
            organization_no = manager_no = rng.randrange(self._leaders)
        family = organisation.family_of(number if is_leader else organization_no)
        level = "Individual" if not is_leader else "Manager" if number <= 12 else "Supervisor"
        home = Random(organization_no * 7919 + self.seed).choices(LOCATIONS, _SHARES)[0]
        location = home if rng.random() < 0.8 else rng.choices(LOCATIONS, _SHARES)[0]
        return Post(family, rng.choice(profiles_of(family, level)), organization_no, location, manager_no)

    def user_id(self, number: int) -> int:
        """The account id of a numbered person, whether or not they have an account."""
        return FIRST_USER_ID + number

    def wid(self, number: int) -> str:
        """The worker id of a numbered person."""
        return worker_wid(self.seed, number)

    def _record(self, number: int, rng: Random, name: PersonName, post: Post, hire: date) -> Record:
        is_contingent = number >= self._leaders and rng.random() < 0.11
        digits = 1000 + 3 * number + rng.randrange(3)
        record: Record = {
            "Worker_WID": self.wid(number),
            "Employee_ID": f"C{digits:06}" if is_contingent else f"{digits:06}",
            "Worker_Type": "Contingent Worker" if is_contingent else "Employee",
            "Legal_First_Name": name.first,
            "Legal_Last_Name": name.last,
            "Email_Work": self._mailboxes.claim(name),
            "Worker_Status": "Active",
            "Hire_Date": hire.isoformat(),
            "Original_Hire_Date": hire.isoformat(),
            "Hire_Rescinded": "0",
            "Country": post.location.country,
        }
        if rng.random() < 0.85 or self.population.has_former_record(number):
            record["Universal_ID"] = f"U{digits:07}"
        custom = rng.random()
        if custom < 0.04 and name.is_woman:
            married = remarried(rng, name)
            record |= {
                "Name_History_group": [{"Former_Legal_Last_Name": record["Legal_Last_Name"]}],
                "Email_History_group": [{"Former_Email": record["Email_Work"]}],
                "Legal_Last_Name": married.last,
                "Email_Work": self._mailboxes.claim(married),
            }
        elif custom < 0.06:
            record["Employee_ID_History_group"] = [
                {"Former_Employee_ID": f"A{digits * 7 % 100_000:05}{number % 97:02}"}
            ]
        elif custom < 0.10:
            record["Preferred_First_Name"] = NICKNAMES.get(name.first) or name.first.split(" ")[-1].split("-")[0]
        return record

    def _jobs(self, rng: Random, wid: str, post: Post, hire: date, ended: date | None) -> list[Record]:
        start = hire
        jobs: list[Record] = []
        last_day = ended or FIRST_DAY
        span = (last_day - hire).days
        if span > 500 and rng.random() < 0.35:
            start = hire + timedelta(days=rng.randrange(200, span - 100))
            before = self.post_of(self.population.staff, "earlier", rng)
            jobs.append(self.spell(wid, 1, before, hire, start - timedelta(days=1)))
        jobs.append(self.spell(wid, len(jobs) + 1, post, start, ended))
        event = rng.random()
        if ended is None and event < 0.03 and hire < FIRST_DAY:
            # a transfer that HR has entered already
            move = FIRST_DAY + timedelta(days=rng.randrange(4, 120))
            jobs[-1]["End_Date"] = (move - timedelta(days=1)).isoformat()
            after = self.post_of(self.population.staff, "later", rng)
            jobs.append(self.spell(wid, len(jobs) + 1, after, move, None, recorded_on=FIRST_DAY - timedelta(days=5)))
        elif event > 0.975 and span > 100:
            second = self.spell(wid, 9, self.post_of(self.population.staff, "second", rng), start, ended)
            jobs[-1]["FTE"] = second["FTE"] = "0.5000"
            jobs.append(second | {"Is_Primary": "0"})
        elif event > 0.965 and ended is None and span > 100:
            # sent abroad for a year or two; law, money and place are of the side that the firm's settings name
            sent = FIRST_DAY - timedelta(days=rng.randrange(20, 90))
            abroad = rng.choice([place for place in LOCATIONS if place.country != post.location.country])
            host = self.spell(
                wid, 8, replace(post, location=abroad), sent, sent + timedelta(days=rng.randrange(365, 730))
            )
            jobs.append(host | {"Is_Primary": "0", "Is_Host_Assignment": "1"})
        return jobs

    def spell(
        self, wid: str, spell_no: int, post: Post, start: date, end: date | None, *, recorded_on: date | None = None
    ) -> Record:
        """A spell in a post; HR entered it on its first day unless said otherwise."""
        made = job_spell(
            wid,
            spell_no,
            profile=post.profile.code,
            title="Chief Executive Officer"
            if post.manager_no is None
            else TITLE_PREFIXES[int(wid[2], 16) // 2] + post.profile.name,
            organization=organisation.organization_code(post.organization_no),
            cost_center=cost_center_of(post.location, FUNCTION_OF[post.family]),
            location=post.location.code,
            manager=None if post.manager_no is None else self.wid(post.manager_no),
            start=start.isoformat(),
            end=None if end is None else end.isoformat(),
        )
        if recorded_on is not None:
            made["Recorded_Moment"] = f"{recorded_on.isoformat()}T10:40:00.000-08:00"
        return made

    def _former(self, rng: Random, record: Record) -> Record:
        """The record of an earlier time at the firm: hired from a contract, or back after a break."""
        is_conversion = rng.random() < 0.6
        ended = date.fromisoformat(record["Hire_Date"]) - timedelta(days=1 if is_conversion else rng.randrange(60, 900))
        started = ended - timedelta(days=rng.randrange(150, 700))
        wid = stable_wid(f"former/{record['Worker_WID']}")
        kept = ("Legal_First_Name", "Legal_Last_Name", "Universal_ID", "Country", "Email_Work")
        post = self.post_of(self.population.staff, "former", rng)
        return {name: record[name] for name in kept if name in record} | {
            "Worker_WID": wid,
            "Employee_ID": f"{'C' if is_conversion else 'R'}{record['Employee_ID'].lstrip('C')}",
            "Worker_Type": "Contingent Worker" if is_conversion else "Employee",
            "Worker_Status": "Terminated",
            "Hire_Date": started.isoformat(),
            "Original_Hire_Date": started.isoformat(),
            "Termination_Date": ended.isoformat(),
            "Hire_Rescinded": "0",
            "Jobs_group": [self.spell(wid, 1, post, started, ended)],
        }

    def _account(self, rng: Random, number: int, standing: str, record: Record) -> Account | None:
        if standing == "later_hire" or (standing == "leaver" and rng.random() < 0.2):
            return None
        if standing == "rescinded" and rng.random() < 0.5:
            return None
        job = job_on(record, FIRST_NIGHT)
        organization_no = int(job["Supervisory_Organization_ID"][4:]) - 1000
        manager_no = organization_no if job.get("Manager_WID") else None
        account = account_for(
            record,
            job,
            user_id=self.user_id(number),
            branch_id=organisation.branch_id(organization_no),
            manager_id=None if manager_no is None else self.user_id(manager_no),
        )
        account.is_active = standing in {"staff", "pre_hire"}
        seen = rng.random()
        if seen < 0.85 and standing in {"staff", "leaver"}:
            last = (
                record.get("Termination_Date", "2026-10-31")
                if standing == "leaver"
                else f"2026-{rng.randrange(1, 11):02}-14"
            )
            account.last_access = f"{last} 09:{rng.randrange(10, 60)}:00"
        elif seen > 0.95:
            account.last_access = "0000-00-00 00:00:00"
        if rng.random() < 0.3:
            account.fields[9] = rng.choice(("S", "M", "L", "XL"))
        return account


def _dates(rng: Random, standing: str, today: date) -> tuple[date, date | None]:
    """(hire date, termination date or None) of a standing; `today` is the day where the person works."""
    if standing == "pre_hire":
        return today + timedelta(days=rng.randrange(1, 15)), None
    if standing == "later_hire":
        return today + timedelta(days=rng.randrange(16, 120)), None
    if standing == "rescinded":
        return FIRST_DAY + timedelta(days=rng.randrange(-20, 20)), None
    ago = 6 + int(5500 * rng.random() ** 2)
    if standing == "leaver":
        ended = FIRST_DAY - timedelta(days=4 + int(1400 * rng.random() ** 1.5))
        return ended - timedelta(days=120 + ago // 2), ended
    return FIRST_DAY - timedelta(days=ago), None


def _add_events(rng: Random, record: Record, today: date) -> None:
    """Leaves, a termination that lies ahead, an earlier time under the same worker id."""
    event = rng.random()
    wid = record["Worker_WID"]
    if event < 0.05:
        first = today - timedelta(days=rng.randrange(5, 90) if event < 0.03 else rng.randrange(300, 600))
        leave = {
            "Leave_ID": f"LV-{wid[:8]}-1",
            "Leave_Type": rng.choice(("Parental Leave", "Sick Leave", "Sabbatical", "Care Leave")),
            "First_Day": first.isoformat(),
        }
        if event >= 0.03:
            leave["Last_Day"] = (first + timedelta(days=rng.randrange(20, 200))).isoformat()
        elif event < 0.02:
            leave["Last_Day"] = (today + timedelta(days=rng.randrange(3, 150))).isoformat()
        record["Leaves_group"] = [leave]
        if event < 0.03:
            record["Worker_Status"] = "On Leave"
    elif event < 0.07:
        record["Termination_Date"] = (FIRST_DAY + timedelta(days=rng.randrange(4, 90))).isoformat()
    elif event < 0.10:
        earlier = date.fromisoformat(record["Hire_Date"]) - timedelta(days=rng.randrange(400, 2000))
        record["Original_Hire_Date"] = earlier.isoformat()
