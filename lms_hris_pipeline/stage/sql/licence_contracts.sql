-- grain: one licence contract
with received as (
    select
        from_json(contracts.record, '{"Contract_ID":"VARCHAR","Supplier":"VARCHAR","Licence_Type":"VARCHAR","Seats":"VARCHAR","Unit_Price":"VARCHAR","Currency":"VARCHAR","Valid_From":"VARCHAR","Valid_To":"VARCHAR","Allocation":"VARCHAR"}') as entry,
        contracts.record::varchar as text
    from raw_hris.licence_contracts as contracts
)

select
    trim(received.entry['Contract_ID']) as contract_id,
    coalesce(nullif(trim(received.entry['Supplier']), ''), 'unknown') as supplier,
    upper(trim(received.entry['Licence_Type'])) as licence_type,
    try_cast(received.entry['Seats'] as integer) as seat_count,
    try_cast(received.entry['Unit_Price'] as decimal(18, 4)) as unit_price,
    coalesce(nullif(upper(trim(received.entry['Currency'])), ''), 'XXX') as currency,
    try_cast(received.entry['Valid_From'] as date) as valid_from_date,
    try_cast(received.entry['Valid_To'] as date) as valid_to_date,
    upper(trim(received.entry['Allocation'])) as allocation
from received
where nullif(trim(received.entry['Contract_ID']), '') is not null
qualify row_number() over (partition by trim(received.entry['Contract_ID']) order by received.text) = 1
order by contract_id
