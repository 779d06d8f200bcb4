-- grain: one finding, in words
-- exception_id is the sha256 of the canonical JSON of [type, worker, learner, field, HR value, LMS value].
with findings as (
    select
        account_findings.type,
        account_findings.worker_id_hris,
        account_findings.learner_id_lms,
        account_findings.field,
        account_findings.hris_value,
        account_findings.lms_value,
        account_findings.root_cause,
        account_findings.note,
        account_findings.wish_id
    from reconcile.account_findings as account_findings
    union all
    select
        value_findings.type,
        value_findings.worker_id_hris,
        value_findings.learner_id_lms,
        value_findings.field,
        value_findings.hris_value,
        value_findings.lms_value,
        value_findings.root_cause,
        value_findings.note,
        value_findings.wish_id
    from reconcile.value_findings as value_findings
    union all
    select
        training_findings.type,
        training_findings.worker_id_hris,
        training_findings.learner_id_lms,
        training_findings.field,
        training_findings.hris_value,
        training_findings.lms_value,
        training_findings.root_cause,
        training_findings.note,
        training_findings.wish_id
    from reconcile.training_findings as training_findings
),

worded as (
    select
        findings.type,
        findings.worker_id_hris,
        findings.learner_id_lms,
        findings.field,
        findings.hris_value,
        findings.lms_value,
        findings.root_cause,
        findings.note,
        coalesce(exact.severity, general.severity) as severity,
        coalesce(exact.suggested_action, general.suggested_action) as suggested_action,
        coalesce(exact.explanation, general.explanation) as explanation,
        findings.wish_id,
        case
            when findings.type like 'completion%' or findings.type like 'skill%' or findings.type like 'job%' then findings.field
            else replace(findings.field, '_', ' ')
        end as shown_field,
        coalesce(nullif(findings.hris_value, ''), 'none') as shown_hris_value,
        coalesce(nullif(findings.lms_value, ''), 'none') as shown_lms_value,
        '[' || to_json(findings.type)::varchar
        || ',' || coalesce(to_json(findings.worker_id_hris)::varchar, 'null')
        || ',' || coalesce(to_json(findings.learner_id_lms)::varchar, 'null')
        || ',' || to_json(findings.field)::varchar
        || ',' || coalesce(to_json(findings.hris_value)::varchar, 'null')
        || ',' || coalesce(to_json(findings.lms_value)::varchar, 'null') || ']' as text
    from findings
    left join reconcile.finding_rules as exact
        on exact.type = findings.type and exact.field = findings.field and exact.field <> '*'
    left join reconcile.finding_rules as general on general.type = findings.type and general.field = '*'
)

select
    sha256(
        -- control characters in the canonical form, as in reconcile.proposed_deltas
        case
            when contains(worded.text, '\u00') then array_to_string(
                list_transform(
                    string_split(worded.text, '\\'),
                    lambda part: replace(replace(replace(replace(replace(replace(replace(replace(replace(
                        part, '\u000B', '\u000b'), '\u000E', '\u000e'), '\u000F', '\u000f'), '\u001A', '\u001a'),
                        '\u001B', '\u001b'), '\u001C', '\u001c'), '\u001D', '\u001d'), '\u001E', '\u001e'),
                        '\u001F', '\u001f')
                ),
                '\\'
            )
            else worded.text
        end
    ) as exception_id,
    worded.type,
    worded.severity,
    worded.worker_id_hris,
    worded.learner_id_lms,
    worded.field,
    worded.hris_value,
    worded.lms_value,
    worded.root_cause,
    replace(
        replace(worded.suggested_action, '{field}', worded.shown_field), '{hris}', worded.shown_hris_value
    ) as suggested_action,
    trim(
        replace(
            replace(
                replace(
                    replace(worded.explanation, '{field}', worded.shown_field),
                    '{note}', worded.note
                ),
                '{hris}', worded.shown_hris_value
            ),
            '{lms}', worded.shown_lms_value
        )
    ) as explanation,
    worded.wish_id
from worded
order by exception_id
