-- grain: one cost centre of one invoice line
select
    shares.invoice_id,
    shares.line_no,
    shares.cost_center_id,
    cost_centers.name as cost_center_name,
    shares.method,
    shares.unit_count,
    shares.unit_total,
    shares.net_amount,
    shares.tax_amount,
    shares.rounding_net_amount,
    shares.currency
from report.allocated_charges as shares
left join canonical.cost_centers as cost_centers on cost_centers.cost_center_id = shares.cost_center_id
order by shares.invoice_id, shares.line_no, shares.cost_center_id
