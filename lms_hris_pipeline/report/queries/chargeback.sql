-- grain: one cost centre, service month, charge type and currency, with what is odd about the cost centre
select
    chargeback.cost_center_id,
    chargeback.cost_center_name,
    cost_centers.closed_date,
    chargeback.service_month,
    chargeback.charge_type,
    chargeback.currency,
    chargeback.net_amount,
    chargeback.tax_amount,
    chargeback.line_count
from report.chargeback as chargeback
left join canonical.cost_centers as cost_centers on cost_centers.cost_center_id = chargeback.cost_center_id
order by chargeback.currency, chargeback.cost_center_id, chargeback.service_month, chargeback.charge_type
