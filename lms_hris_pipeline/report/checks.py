"""Blocking checks of the report tables: money is shared out to the cent, and everybody is counted."""

from __future__ import annotations

from lms_hris_pipeline.resources.expectations import empty_check
from lms_hris_pipeline.tables import report

checks = [
    empty_check(
        report.ALLOCATED_CHARGES,
        "shares_sum_to_the_cent",
        "The shares of every invoice line sum to its net amount and its tax.",
        "select charges.invoice_id, charges.line_no from canonical.charges as charges "
        "left join (select invoice_id, line_no, sum(net_amount) as net, sum(tax_amount) as tax "
        "from report.allocated_charges group by invoice_id, line_no) as shares "
        "on shares.invoice_id = charges.invoice_id and shares.line_no = charges.line_no "
        "where shares.net is distinct from charges.net_amount or shares.tax is distinct from charges.tax_amount "
        "order by charges.invoice_id, charges.line_no",
    ),
    empty_check(
        report.COVERAGE,
        "included_plus_excluded_is_the_headcount",
        "The situations counted sum to the records of either system.",
        "select 'worker' from (select sum(record_count) as counted from report.coverage where record_kind = 'worker') "
        "where counted is distinct from nullif((select count(*) from canonical.workers), 0) "
        "union all "
        "select 'learner' from (select sum(record_count) as counted from report.coverage where record_kind = 'learner') "
        "where counted is distinct from nullif((select count(*) from canonical.learners), 0)",
    ),
]
