-- grain: one record of people_keyed and one key by which it is compared with others that share it; now and then twice
-- A key is a hash of its rule and of what both must share; two that share one by chance only cost a comparison. The
-- rules are there for kinds of noise: slips in names (a, p, q, b, c, v), another name of two, or both exchanged (o,
-- h, n), second surnames and middle names (t, m), short forms (r, k), other names altogether (i, j, u), addresses
-- that moved to another domain or were numbered (l, f), birth dates and homes where they are known (d, e, g).
select
    keys.record_no,
    keys.key,
    0::utinyint as rule
from (
    select
        keyed.record_no,
        unnest(list_concat(
            [
                hash('l' || case when len(keyed.mailbox) >= 4 then keyed.mailbox end),
                hash('f' || case when len(keyed.letters) >= 6 then keyed.letters end),
                hash('a' || keyed.last || '|' || keyed.first[1]),
                hash('p' || left(keyed.last, 4) || '|' || keyed.first_token),
                hash('q' || right(keyed.last, 4) || '|' || keyed.first_token),
                hash('b' || keyed.last || '|' || left(keyed.first, 3)),
                hash('c' || keyed.last || '|' || right(keyed.first, 3)),
                hash('v' || keyed.consonants || '|' || keyed.first_token),
                hash('o' || keyed.last || '|' || keyed.department),
                hash('o' || keyed.first_token || '|' || keyed.department),
                hash('o' || keyed.last || '|' || keyed.other_department),
                hash('o' || keyed.first_token || '|' || keyed.other_department),
                hash('h' || keyed.last || '|' || keyed.hire_date),
                hash('h' || keyed.first_token || '|' || keyed.hire_date),
                hash('h' || keyed.last || '|' || keyed.other_hire_date),
                hash('h' || keyed.first_token || '|' || keyed.other_hire_date),
                hash('n' || keyed.last || '|' || keyed.manager),
                hash('n' || keyed.first_token || '|' || keyed.manager),
                hash('i' || keyed.hire_date || '|' || keyed.department),
                hash('i' || keyed.hire_date || '|' || keyed.other_department),
                hash('j' || keyed.hire_date || '|' || keyed.manager),
                hash('u' || keyed.last || '|' || keyed.location || '|' || keyed.job_title),
                hash('d' || keyed.birth_date),
                hash('e' || keyed.street || '|' || keyed.postcode),
                hash('g' || keyed.first_token || '|' || keyed.postcode),
                hash('g' || keyed.last || '|' || keyed.postcode)
            ],
            list_transform(keyed.last_tokens, lambda token: hash('t' || token || '|' || keyed.first_token)),
            list_transform(keyed.first_tokens, lambda token: hash('m' || keyed.last || '|' || token)),
            list_transform(keyed.roots, lambda root: hash('r' || keyed.last || '|' || root)),
            list_transform(keyed.roots, lambda root: hash('k' || root || '|' || keyed.department))
        )) as key
    from people_keyed as keyed
) as keys
where keys.key <> hash(null)
