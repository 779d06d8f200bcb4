-- grain: one cost centre of one invoice line
-- Largest remainder, in whole cents and whole numbers: each share is cut to cents, then the cents left over go one
-- each to the largest remainders, ties in the order of the cost centres. Net and tax are shared apart, so that the
-- shares of either sum to the line. A credit is shared as the charge of the same size, with its sign.
-- A line with nothing to be shared by goes whole to UNALLOCATED.
with weighed as (
    select
        keys.invoice_id,
        keys.line_no,
        keys.cost_center_id,
        keys.method,
        keys.unit_count,
        sum(keys.unit_count) over (partition by keys.invoice_id, keys.line_no) as unit_total
    from report.allocation_keys as keys
),

lines as (
    select
        charges.invoice_id,
        charges.line_no,
        charges.currency,
        sign(charges.net_amount) as net_sign,
        sign(charges.tax_amount) as tax_sign,
        cast(cast(abs(charges.net_amount) as decimal(20, 2)) * 100 as hugeint) as net_cents,
        cast(cast(abs(charges.tax_amount) as decimal(20, 2)) * 100 as hugeint) as tax_cents
    from canonical.charges as charges
),

cut as (
    select
        lines.invoice_id,
        lines.line_no,
        coalesce(weighed.cost_center_id, 'UNALLOCATED') as cost_center_id,
        coalesce(weighed.method, 'none') as method,
        weighed.unit_count,
        weighed.unit_total,
        lines.currency,
        lines.net_sign,
        lines.tax_sign,
        lines.net_cents,
        lines.tax_cents,
        lines.net_cents * coalesce(weighed.unit_count, 1) // coalesce(weighed.unit_total, 1) as net_cut,
        lines.tax_cents * coalesce(weighed.unit_count, 1) // coalesce(weighed.unit_total, 1) as tax_cut,
        lines.net_cents * coalesce(weighed.unit_count, 1) % coalesce(weighed.unit_total, 1) as net_remainder,
        lines.tax_cents * coalesce(weighed.unit_count, 1) % coalesce(weighed.unit_total, 1) as tax_remainder
    from lines
    left join weighed on weighed.invoice_id = lines.invoice_id and weighed.line_no = lines.line_no
),

ranked as (
    select
        cut.invoice_id,
        cut.line_no,
        cut.cost_center_id,
        cut.method,
        cut.unit_count,
        cut.unit_total,
        cut.currency,
        cut.net_sign,
        cut.tax_sign,
        cut.net_cut,
        cut.tax_cut,
        cut.net_cents - sum(cut.net_cut) over (partition by cut.invoice_id, cut.line_no) as net_left,
        cut.tax_cents - sum(cut.tax_cut) over (partition by cut.invoice_id, cut.line_no) as tax_left,
        row_number() over (
            partition by cut.invoice_id, cut.line_no order by cut.net_remainder desc, cut.cost_center_id
        ) as net_rank,
        row_number() over (
            partition by cut.invoice_id, cut.line_no order by cut.tax_remainder desc, cut.cost_center_id
        ) as tax_rank
    from cut
),

shared as (
    select
        ranked.invoice_id,
        ranked.line_no,
        ranked.cost_center_id,
        ranked.method,
        ranked.unit_count,
        ranked.unit_total,
        ranked.currency,
        ranked.net_sign * (ranked.net_cut + case when ranked.net_rank <= ranked.net_left then 1 else 0 end) as net_cents,
        ranked.tax_sign * (ranked.tax_cut + case when ranked.tax_rank <= ranked.tax_left then 1 else 0 end) as tax_cents,
        ranked.net_sign * case when ranked.net_rank <= ranked.net_left then 1 else 0 end as rounding_net_cents
    from ranked
)

select
    shared.invoice_id,
    shared.line_no,
    shared.cost_center_id,
    shared.method,
    shared.unit_count,
    shared.unit_total::bigint as unit_total,
    cast(cast(shared.net_cents as decimal(20, 0)) * cast(0.01 as decimal(2, 2)) as decimal(18, 2)) as net_amount,
    cast(cast(shared.tax_cents as decimal(20, 0)) * cast(0.01 as decimal(2, 2)) as decimal(18, 2)) as tax_amount,
    cast(cast(shared.rounding_net_cents as decimal(20, 0)) * cast(0.01 as decimal(2, 2)) as decimal(18, 2))
        as rounding_net_amount,
    shared.currency
from shared
order by shared.invoice_id, shared.line_no, shared.cost_center_id
