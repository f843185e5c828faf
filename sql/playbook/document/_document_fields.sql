-- drop: function pbdb._document_fields(text)
create or replace function pbdb._document_fields(p_object text)
returns table (key text, kind text, is_required boolean, lowest int, highest int)
language sql
immutable
parallel safe
security invoker
begin atomic
    select field.key, field.kind, field.is_required, field.lowest, field.highest
    from (values
        ('playbook', 'name', 'text', true, 1, 255),
        ('playbook', 'description', 'text', false, 0, 10000),
        ('playbook', 'version', 'integer', false, 1, 1000000),
        ('playbook', 'tags', 'tags', false, 0, 100),
        ('playbook', 'category', 'text', false, 1, 100),
        ('playbook', 'agent_id', 'uuid', false, null, null),
        ('playbook', 'input_schema', 'object', false, null, null),
        ('playbook', 'output_schema', 'object', false, null, null),
        ('playbook', 'output_mapping', 'mapping', false, null, null),
        ('playbook', 'timeout_seconds', 'integer', false, 1, 2592000),
        ('playbook', 'max_retries', 'integer', false, 0, 100),
        ('playbook', 'retry_delay_seconds', 'integer', false, 0, 2592000),
        ('playbook', 'metadata', 'object', false, null, null),
        ('playbook', 'steps', 'steps', true, 0, 1000),
        ('step', 'name', 'text', true, 1, 255),
        ('step', 'type', 'type', true, null, null),
        ('step', 'order', 'integer', false, 0, 1000000),
        ('step', 'description', 'text', false, 0, 10000),
        ('step', 'config', 'object', false, null, null),
        ('step', 'input_schema', 'object', false, null, null),
        ('step', 'output_schema', 'object', false, null, null),
        ('step', 'input_mapping', 'object', false, null, null),
        ('step', 'condition', 'condition', false, null, null),
        ('step', 'on_success', 'text', false, 1, 255),
        ('step', 'on_failure', 'text', false, 1, 255),
        ('step', 'is_final', 'boolean', false, null, null),
        ('step', 'is_optional', 'boolean', false, null, null),
        ('step', 'timeout_seconds', 'integer', false, 1, 2592000),
        ('step', 'max_retries', 'integer', false, 0, 100),
        ('step', 'retry_delay_seconds', 'integer', false, 0, 2592000),
        ('step', 'max_visits', 'integer', false, 1, 100000),
        ('step', 'metadata', 'object', false, null, null),
        ('step', 'branches', 'branches', false, 1, 100),
        ('step', 'steps', 'steps', false, 1, 1000)
    ) as field (object, key, kind, is_required, lowest, highest)
    where field.object = p_object;
end;

comment on function pbdb._document_fields(text) is
'The keys of a playbook document''s objects (playbook, step): what each holds, and its least and '
'greatest number, length or count.';

revoke execute on function pbdb._document_fields(text) from public;
