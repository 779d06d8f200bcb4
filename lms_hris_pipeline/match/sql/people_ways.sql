-- grain: one way in which a worker to be compared may be named, with the forms of the names
select
    ways.way_no,
    ways.worker_no,
    ways.is_former,
    coalesce(first_forms.name_no, -1) as first_no,
    coalesce(last_forms.name_no, -1) as last_no,
    first_forms.folded_key as first_folded,
    first_forms.skeleton_key as first_skeleton,
    first_forms.skeleton as first,
    first_forms.tokens as first_tokens,
    first_forms.roots,
    letters_of(first_forms.whole) as first_letters,
    last_forms.folded_key as last_folded,
    last_forms.skeleton_key as last_skeleton,
    last_forms.skeleton as last,
    last_forms.tokens as last_tokens,
    letters_of(last_forms.whole) as last_letters
from people_chosen_names as ways
left join people_forms as first_forms on first_forms.name = ways.first_name
left join people_forms as last_forms on last_forms.name = ways.last_name
