-- grain: one account and one thing that it shares with hardly anybody: `rule` 1 its number, 2 an address, 4 both names
-- A key is a hash of the rule and the thing. Names count in either order.
select
    accounts.account_no as record_no,
    hash('1' || number_digits(accounts.number)) as key,
    1::utinyint as rule
from people_accounts as accounts
where accounts.number is not null
union all
select
    accounts.account_no as record_no,
    hash('1' || number_digits(accounts.number_stem)) as key,
    1::utinyint as rule
from people_accounts as accounts
where accounts.number_stem is not null
union all
select
    accounts.account_no as record_no,
    hash('2' || accounts.email) as key,
    2::utinyint as rule
from people_accounts as accounts
where accounts.email is not null
union all
select
    accounts.account_no as record_no,
    hash('2' || accounts.other_email) as key,
    2::utinyint as rule
from people_accounts as accounts
where accounts.other_email is not null
union all
select
    accounts.account_no as record_no,
    hash(
        least(accounts.first_skeleton, accounts.last_skeleton),
        greatest(accounts.first_skeleton, accounts.last_skeleton)
    ) as key,
    4::utinyint as rule
from people_accounts as accounts
where accounts.first_skeleton is not null and accounts.last_skeleton is not null
