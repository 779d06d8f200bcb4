-- grain: one wish, no change of its kind being under way for its target
-- desired and base become canonical JSON objects: sorted keys, no blanks, no needless escapes.
-- wish_id is the sha256 of the canonical JSON of [target, entity, key, operation, desired, base].
-- Where the settings name a pilot, phases are for its people alone: those in its locations, and in its departments or
-- any below. A change that concerns no worker is nobody's in the pilot.
with recursive pilot_organizations as (
    select pilot.id as supervisory_organization_id
    from settings_pilot as pilot
    where pilot.kind = 'department'
    union
    select organizations.supervisory_organization_id
    from pilot_organizations
    inner join canonical.supervisory_organizations as organizations
        on organizations.superior_id = pilot_organizations.supervisory_organization_id
),

pilot_workers as (
    select employments.worker_id_hris
    from canonical.employments as employments
    inner join pilot_organizations
        on pilot_organizations.supervisory_organization_id = employments.supervisory_organization_id
    union
    select employments.worker_id_hris
    from canonical.employments as employments
    inner join settings_pilot as pilot
        on pilot.kind = 'location' and pilot.id = employments.location_id
),

wishes as (
    select
        account_wishes.family,
        account_wishes.target_system,
        account_wishes.entity,
        account_wishes.operation,
        account_wishes.target_key,
        account_wishes.worker_id_hris,
        account_wishes.learner_id_lms,
        account_wishes.desired_pairs,
        account_wishes.base_pairs,
        account_wishes.reason,
        account_wishes.risk
    from reconcile.account_wishes as account_wishes
    union all
    select
        training_wishes.family,
        training_wishes.target_system,
        training_wishes.entity,
        training_wishes.operation,
        training_wishes.target_key,
        training_wishes.worker_id_hris,
        training_wishes.learner_id_lms,
        training_wishes.desired_pairs,
        training_wishes.base_pairs,
        training_wishes.reason,
        training_wishes.risk
    from reconcile.training_wishes as training_wishes
),

settling as (
    select distinct
        pending.entity,
        pending.operation,
        pending.target_key
    from match.pending_changes as pending
),

-- pairs sort as their keys do: the closing quote comes before every character of a key
written as (
    select
        wishes.family,
        wishes.target_system,
        wishes.entity,
        wishes.operation,
        wishes.target_key,
        wishes.worker_id_hris,
        wishes.learner_id_lms,
        '{' || array_to_string(list_sort(list_filter(wishes.desired_pairs, lambda pair: pair is not null)), ',') || '}'
            as desired,
        '{' || array_to_string(list_sort(list_filter(wishes.base_pairs, lambda pair: pair is not null)), ',') || '}'
            as base,
        wishes.reason,
        wishes.risk
    from wishes
    left join settling
        on
            settling.entity = wishes.entity
            and settling.operation = wishes.operation
            and settling.target_key = wishes.target_key
    where settling.target_key is null
),

-- The database writes control characters as \u001F, the canonical form is \u001f. Between escaped backslashes
-- every \u00.. is such an escape, so that only those are rewritten. No JSON text holds a line feed: both go in one.
escaped as (
    select
        written.family,
        written.target_system,
        written.entity,
        written.operation,
        written.target_key,
        written.worker_id_hris,
        written.learner_id_lms,
        string_split(
            case
                when contains(written.desired, '\u00') or contains(written.base, '\u00') then array_to_string(
                    list_transform(
                        string_split(written.desired || chr(10) || written.base, '\\'),
                        lambda part: replace(replace(replace(replace(replace(replace(replace(replace(replace(
                            part, '\u000B', '\u000b'), '\u000E', '\u000e'), '\u000F', '\u000f'), '\u001A', '\u001a'),
                            '\u001B', '\u001b'), '\u001C', '\u001c'), '\u001D', '\u001d'), '\u001E', '\u001e'),
                            '\u001F', '\u001f')
                    ),
                    '\\'
                )
                else written.desired || chr(10) || written.base
            end,
            chr(10)
        ) as objects,
        written.reason,
        written.risk
    from written
),

texts as (
    select
        escaped.family,
        escaped.target_system,
        escaped.entity,
        escaped.operation,
        escaped.target_key,
        escaped.worker_id_hris,
        escaped.learner_id_lms,
        escaped.objects[1] as desired,
        escaped.objects[2] as base,
        escaped.reason,
        escaped.risk
    from escaped
)

select
    sha256(
        '[' || to_json(texts.target_system)::varchar || ',' || to_json(texts.entity)::varchar || ','
        || to_json(texts.target_key)::varchar || ',' || to_json(texts.operation)::varchar || ','
        || texts.desired || ',' || texts.base || ']'
    ) as wish_id,
    texts.family,
    texts.target_system,
    texts.entity,
    texts.operation,
    texts.target_key,
    texts.worker_id_hris,
    texts.learner_id_lms,
    texts.desired::json as desired,
    texts.base::json as base,
    texts.reason,
    texts.risk,
    pilot_workers.worker_id_hris is not null or not exists (select pilot.id from settings_pilot as pilot) as is_pilot
from texts
left join pilot_workers
    on pilot_workers.worker_id_hris = texts.worker_id_hris
order by wish_id
