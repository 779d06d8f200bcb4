-- grain: one currency of the invoices, with what was shared out of it
with invoiced as (
    select
        charges.currency,
        count(*) as line_count,
        sum(charges.net_amount) as net_amount,
        sum(charges.tax_amount) as tax_amount
    from canonical.charges as charges
    group by charges.currency
),

shared as (
    select
        shares.currency,
        sum(shares.net_amount) as net_amount,
        sum(shares.tax_amount) as tax_amount,
        coalesce(sum(shares.net_amount) filter (where shares.cost_center_id = 'UNASSIGNED'), 0) as unassigned_amount,
        coalesce(sum(shares.net_amount) filter (where shares.cost_center_id = 'UNALLOCATED'), 0) as unallocated_amount,
        count(distinct shares.invoice_id || '/' || shares.line_no::varchar)
        filter (where shares.cost_center_id = 'UNALLOCATED') as unallocated_line_count,
        count(*) filter (where shares.rounding_net_amount <> 0) as rounded_share_count
    from report.allocated_charges as shares
    group by shares.currency
)

select
    invoiced.currency,
    invoiced.line_count,
    invoiced.net_amount,
    invoiced.tax_amount,
    shared.net_amount as shared_net_amount,
    shared.tax_amount as shared_tax_amount,
    shared.unassigned_amount,
    shared.unallocated_amount,
    shared.unallocated_line_count,
    shared.rounded_share_count
from invoiced
inner join shared on shared.currency = invoiced.currency
order by invoiced.currency
