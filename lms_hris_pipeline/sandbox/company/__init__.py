"""The made-up company: people, organisation, training and money in two systems, and what is wrong between them."""

from lms_hris_pipeline.sandbox.company.days import advance
from lms_hris_pipeline.sandbox.company.generate import generate
from lms_hris_pipeline.sandbox.company.rates import FaultRates

__all__ = ["FaultRates", "advance", "generate"]
