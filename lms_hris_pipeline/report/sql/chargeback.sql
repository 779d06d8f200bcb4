-- grain: one cost centre, service month, charge type and currency
-- A line without days of service belongs to the month of its invoice, else to the month "unknown".
select
    shares.cost_center_id,
    cost_centers.name as cost_center_name,
    coalesce(
        strftime(coalesce(charges.service_to_date, charges.service_from_date, charges.invoice_date), '%Y-%m'), 'unknown'
    ) as service_month,
    charges.charge_type,
    shares.currency,
    sum(shares.net_amount) as net_amount,
    sum(shares.tax_amount) as tax_amount,
    count(*) as line_count
from report.allocated_charges as shares
inner join canonical.charges as charges
    on charges.invoice_id = shares.invoice_id and charges.line_no = shares.line_no
left join canonical.cost_centers as cost_centers on cost_centers.cost_center_id = shares.cost_center_id
group by
    shares.cost_center_id,
    cost_centers.name,
    coalesce(
        strftime(coalesce(charges.service_to_date, charges.service_from_date, charges.invoice_date), '%Y-%m'), 'unknown'
    ),
    charges.charge_type,
    shares.currency
order by shares.cost_center_id, service_month, charges.charge_type, shares.currency
