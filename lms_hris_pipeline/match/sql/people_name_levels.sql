-- grain: one pair of differently written names that some compared pair brings together, as first or as last names
-- `close` is one slip of the pen in a name of four letters or more, two from nine letters on, or very alike
-- altogether; a slip can turn two letters into a sound (st, ts), so the letters as written count as well. Nada and
-- Lada, Dora and Nora are other people: a slip in the first letter of a first name is rarer than that.
-- Alexandre and Alex is a short form that no list needs to know; Carl and Carla, Jan and Jana are not one name.
with named as (
    select
        pairs.mine,
        pairs.theirs,
        pairs.is_first,
        mine.folded as my_folded,
        mine.whole as my_whole,
        mine.skeleton as my_skeleton,
        mine.tokens as my_tokens,
        mine.roots as my_roots,
        theirs.folded as their_folded,
        theirs.whole as their_whole,
        theirs.skeleton as their_skeleton,
        theirs.tokens as their_tokens,
        theirs.roots as their_roots,
        len(mine.tokens) > 1 or len(theirs.tokens) > 1 as is_compound
    from people_name_pairs as pairs
    inner join people_forms as mine on mine.name_no = pairs.mine
    inner join people_forms as theirs on theirs.name_no = pairs.theirs
),

compared as (
    select
        named.*,
        named.is_compound
        and len(list_filter(list_intersect(named.my_tokens, named.their_tokens), lambda token: len(token) >= 3)) > 0
        and (
            list_has_all(named.my_tokens, named.their_tokens) or list_has_all(named.their_tokens, named.my_tokens)
        ) as is_part,
        least(len(named.my_tokens[1]), len(named.their_tokens[1])) >= 3
        and abs(len(named.my_tokens[1]) - len(named.their_tokens[1])) >= 2
        and (
            starts_with(named.my_tokens[1], named.their_tokens[1])
            or starts_with(named.their_tokens[1], named.my_tokens[1])
        ) as is_shortened,
        case
            when least(len(named.my_skeleton), len(named.their_skeleton)) < 4 then false
            when
                abs(len(named.my_skeleton) - len(named.their_skeleton)) <= 2
                and damerau_levenshtein(named.my_skeleton, named.their_skeleton)
                <= case when greatest(len(named.my_skeleton), len(named.their_skeleton)) < 9 then 1 else 2 end
                then true
            when
                abs(len(named.my_folded) - len(named.their_folded)) <= 2
                and damerau_levenshtein(named.my_folded, named.their_folded)
                <= case when greatest(len(named.my_folded), len(named.their_folded)) < 9 then 1 else 2 end
                then true
            else jaro_winkler_similarity(named.my_skeleton, named.their_skeleton) >= $close_similarity
        end as is_close
    from named
)

select
    compared.mine,
    compared.theirs,
    compared.is_first,
    case
        when not compared.is_first and compared.is_compound
            and list_sort(compared.my_tokens) = list_sort(compared.their_tokens)
            then $last_variant
        when not compared.is_first and compared.my_whole = compared.their_whole then $last_variant
        when compared.is_first and least(len(compared.my_skeleton), len(compared.their_skeleton)) = 1
            then
                case
                    when compared.my_skeleton[1] = compared.their_skeleton[1] then $first_initial
                    else $first_different
                end
        when compared.is_first and (compared.is_part or compared.my_tokens[1] = compared.their_tokens[1])
            then $first_part
        when not compared.is_first and compared.is_part then $last_part
        when compared.is_first and list_has_any(compared.my_roots, compared.their_roots) then $first_nickname
        when compared.is_first and compared.is_shortened then $first_shortened
        when not compared.is_close then case when compared.is_first then $first_different else $last_different end
        when not compared.is_first then $last_close
        when
            compared.my_folded[1] = compared.their_folded[1]
            or left(compared.my_folded, 2) = reverse(left(compared.their_folded, 2))
            then $first_close
        else $first_different
    end::utinyint as level
from compared
