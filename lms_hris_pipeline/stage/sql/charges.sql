-- grain: one invoice line
-- An amount that cannot be read stops the batch: a wrong sum would go unnoticed, a stopped night does not.
with received as (
    select
        from_json(invoices.record, '{"Invoice_ID":"VARCHAR","Line_No":"VARCHAR","Supplier":"VARCHAR","Invoice_Date":"VARCHAR","Service_From":"VARCHAR","Service_To":"VARCHAR","Charge_Type":"VARCHAR","Course_Code":"VARCHAR","Contract_ID":"VARCHAR","Quantity":"VARCHAR","Net_Amount":"VARCHAR","Tax_Amount":"VARCHAR","Currency":"VARCHAR","PO_Number":"VARCHAR","GL_Account":"VARCHAR","Cost_Center_ID":"VARCHAR"}') as entry,
        invoices.record::varchar as text
    from raw_hris.invoices as invoices
),

latest as (
    select
        trim(received.entry['Invoice_ID']) as invoice_id,
        coalesce(try_cast(received.entry['Line_No'] as integer), 1) as line_no,
        received.entry
    from received
    where nullif(trim(received.entry['Invoice_ID']), '') is not null
    qualify row_number() over (
        partition by trim(received.entry['Invoice_ID']), coalesce(try_cast(received.entry['Line_No'] as integer), 1)
        order by received.text
    ) = 1
)

select
    latest.invoice_id,
    latest.line_no,
    coalesce(nullif(trim(latest.entry['Supplier']), ''), 'unknown') as supplier,
    try_cast(latest.entry['Invoice_Date'] as date) as invoice_date,
    try_cast(latest.entry['Service_From'] as date) as service_from_date,
    try_cast(latest.entry['Service_To'] as date) as service_to_date,
    upper(trim(latest.entry['Charge_Type'])) as charge_type,
    nullif(trim(latest.entry['Course_Code']), '') as course_code,
    nullif(trim(latest.entry['Contract_ID']), '') as contract_id,
    try_cast(latest.entry['Quantity'] as decimal(18, 4)) as quantity,
    cast(latest.entry['Net_Amount'] as decimal(18, 2)) as net_amount,
    coalesce(cast(nullif(trim(latest.entry['Tax_Amount']), '') as decimal(18, 2)), 0) as tax_amount,
    upper(trim(latest.entry['Currency'])) as currency,
    nullif(trim(latest.entry['PO_Number']), '') as po_number,
    nullif(trim(latest.entry['GL_Account']), '') as gl_account,
    nullif(trim(latest.entry['Cost_Center_ID']), '') as cost_center_id
from latest
order by latest.invoice_id, latest.line_no
