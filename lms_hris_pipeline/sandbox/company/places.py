"""Where the firm works and who pays: locations, companies, cost centres. Facts of the made-up firm, no people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

FIRST_DAY = date(2026, 11, 2)
"""The company's first business day, a Monday."""

FIRM_ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Location:
    """A place of work. `share` is its share of the people; `mix` lists the countries whose names are met there."""

    code: str
    name: str
    country: str
    zone: str
    company: str
    share: float
    mix: tuple[str, ...]
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class Company:
    """A legal entity."""

    code: str
    name: str
    currency: str


@dataclass(frozen=True, slots=True)
class CostCenter:
    """A cost centre; `closed_on` is its last day, or None."""

    code: str
    name: str
    company: str
    function: str
    closed_on: date | None


COMPANIES = (
    Company("CO-DE", "Lumen Werke GmbH", "EUR"),
    Company("CO-FR", "Lumen France SAS", "EUR"),
    Company("CO-PL", "Lumen Polska Sp. z o.o.", "PLN"),
    Company("CO-ES", "Lumen Iberia S.L.", "EUR"),
    Company("CO-IT", "Lumen Italia S.p.A.", "EUR"),
    Company("CO-US", "Lumen Inc.", "USD"),
    Company("CO-GB", "Lumen UK Ltd", "GBP"),
    Company("CO-IN", "Lumen India Pvt Ltd", "INR"),
    Company("CO-AP", "Lumen Asia Pacific Pty Ltd", "AUD"),
    Company("CO-BR", "Lumen do Brasil Ltda", "BRL"),
)

LOCATIONS = (
    Location("LOC-BER", "Berlin", "DE", "Europe/Berlin", "CO-DE", 0.16, ("DE", "DE", "DE", "TR", "PL", "GB"), "DE-BE"),
    Location("LOC-MUC", "Munich", "DE", "Europe/Berlin", "CO-DE", 0.13, ("DE", "DE", "DE", "IT", "TR"), "DE-BY"),
    Location("LOC-LEJ", "Leipzig works", "DE", "Europe/Berlin", "CO-DE", 0.12, ("DE", "DE", "DE", "PL", "CZ"), "DE-SN"),
    Location("LOC-PAR", "Paris", "FR", "Europe/Paris", "CO-FR", 0.07, ("FR", "FR", "FR", "ES"), "FR"),
    Location("LOC-LYO", "Lyon works", "FR", "Europe/Paris", "CO-FR", 0.05, ("FR", "FR", "IT"), "FR"),
    Location("LOC-WRO", "Wrocław works", "PL", "Europe/Warsaw", "CO-PL", 0.10, ("PL", "PL", "PL", "CZ"), "PL"),
    Location("LOC-MAD", "Madrid", "ES", "Europe/Madrid", "CO-ES", 0.05, ("ES", "ES", "BR"), "ES"),
    Location("LOC-MIL", "Milan", "IT", "Europe/Rome", "CO-IT", 0.05, ("IT", "IT", "DE"), "IT"),
    Location("LOC-CHI", "Chicago", "US", "America/Chicago", "CO-US", 0.08, ("US", "US", "US", "IN"), "US-IL"),
    Location("LOC-HNL", "Honolulu", "US", "Pacific/Honolulu", "CO-US", 0.02, ("US", "JP", "US"), "US-HI"),
    Location("LOC-LON", "London", "GB", "Europe/London", "CO-GB", 0.05, ("GB", "GB", "IN", "FR"), "GB"),
    Location("LOC-CCU", "Kolkata", "IN", "Asia/Kolkata", "CO-IN", 0.06, ("IN",), "IN-WB"),
    Location("LOC-TYO", "Tokyo", "JP", "Asia/Tokyo", "CO-AP", 0.02, ("JP",), "JP"),
    Location("LOC-MEL", "Melbourne", "AU", "Australia/Melbourne", "CO-AP", 0.02, ("AU", "AU", "IN"), "AU-VIC"),
    Location("LOC-GRU", "São Paulo", "BR", "America/Sao_Paulo", "CO-BR", 0.02, ("BR", "BR", "IT", "JP"), "BR-SP"),
)  # fmt: skip

FUNCTIONS = ("Operations", "Engineering", "Commercial", "Administration")
CLOSED_COUNT = 4
LOCATION_BY_CODE = {location.code: location for location in LOCATIONS}


@cache
def cost_centers() -> tuple[CostCenter, ...]:
    """Every cost centre; the closed ones last, closed at ends of months before the first day."""
    opened = [
        CostCenter(
            f"CC-{company.code[3:]}-{number}00",
            f"{company.name.split(' ')[1]} {function}",
            company.code,
            function,
            None,
        )
        for company in COMPANIES
        for number, function in enumerate(FUNCTIONS, 1)
    ]
    closed = [
        CostCenter(
            f"CC-{company.code[3:]}-9{number}0",
            f"Former {function}",
            company.code,
            function,
            date(2026, 5 + number, 28),
        )
        for number, (company, function) in enumerate(zip(COMPANIES[:CLOSED_COUNT], FUNCTIONS, strict=True), 1)
    ]
    return (*opened, *closed)


@cache
def _open_by_place() -> dict[tuple[str, str], str]:
    return {(cc.company, cc.function): cc.code for cc in cost_centers() if cc.closed_on is None}


def cost_center_of(location: Location, function: str) -> str:
    """The cost centre that pays for people of a function in a location."""
    return _open_by_place()[location.company, function]


@cache
def local_day(zone: str, instant: datetime) -> date:
    """The calendar day in a zone at an instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def location_records() -> list[tuple[str, dict[str, str]]]:
    """(id, record) of every location, as the report shows it."""
    return [
        (
            place.code,
            {
                "Location_ID": place.code,
                "Location_Name": place.name,
                "Country": place.country,
                "Time_Zone": place.zone,
                "Jurisdiction": place.jurisdiction,
                "Is_Inactive": "0",
            },
        )
        for place in LOCATIONS
    ]


def company_records() -> list[tuple[str, dict[str, str]]]:
    """(id, record) of every company."""
    return [
        (company.code, {"Company_ID": company.code, "Company_Name": company.name, "Currency": company.currency})
        for company in COMPANIES
    ]


def cost_center_records() -> list[tuple[str, dict[str, str]]]:
    """(id, record) of every cost centre; an open one has no Closed_On."""
    rows = []
    for center in cost_centers():
        record = {
            "Cost_Center_ID": center.code,
            "Cost_Center_Name": center.name,
            "Company_ID": center.company,
            "Valid_From": "2015-01-01",
        }
        if center.closed_on is not None:
            record["Closed_On"] = center.closed_on.isoformat()
        rows.append((center.code, record))
    return rows
