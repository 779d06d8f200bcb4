-- grain: one invoice line, and how it was shared out
with shared as (
    select
        shares.invoice_id,
        shares.line_no,
        shares.method,
        max(shares.unit_total) as unit_total,
        count(*) as cost_center_count,
        max(shares.cost_center_id) as only_cost_center_id,
        count(*) filter (where shares.rounding_net_amount <> 0) as rounded_share_count,
        sum(shares.rounding_net_amount) as rounding_net_amount,
        coalesce(sum(shares.net_amount) filter (where shares.cost_center_id = 'UNASSIGNED'), 0) as unassigned_amount
    from report.allocated_charges as shares
    group by shares.invoice_id, shares.line_no, shares.method
)

select
    charges.invoice_id,
    charges.line_no,
    charges.supplier,
    charges.invoice_date,
    charges.service_from_date,
    charges.service_to_date,
    charges.charge_type,
    charges.course_code,
    courses.name as course_name,
    charges.contract_id,
    charges.po_number,
    charges.gl_account,
    charges.net_amount,
    charges.tax_amount,
    charges.currency,
    shared.method,
    shared.unit_total,
    shared.cost_center_count,
    case when shared.cost_center_count = 1 then shared.only_cost_center_id end as cost_center_id,
    shared.rounded_share_count,
    shared.rounding_net_amount,
    shared.unassigned_amount,
    unallocated.obstacle
from canonical.charges as charges
inner join shared on shared.invoice_id = charges.invoice_id and shared.line_no = charges.line_no
left join canonical.courses as courses on courses.course_code = charges.course_code
left join reconcile.unallocated_charges as unallocated
    on unallocated.invoice_id = charges.invoice_id and unallocated.line_no = charges.line_no
order by charges.invoice_id, charges.line_no
