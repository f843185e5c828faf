-- drop: function pbdb._url_encode(text)
create or replace function pbdb._url_encode(p_text text)
returns text
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $fn$
begin
    if octet_length(p_text) > 65536 then
        raise exception using
            errcode = 'PB016',
            message = format('a url cannot take a value of %s bytes', octet_length(p_text)),
            hint = 'Send long values in the body; 65536 bytes is the most in a url.';
    end if;
    if p_text !~ '[^A-Za-z0-9_.~-]' then
        return p_text;
    end if;
    return (
        select string_agg(
            case
                when part.part ~ '[^A-Za-z0-9_.~-]'
                    then regexp_replace(
                        upper(encode(convert_to(part.part, 'UTF8'), 'hex')), '(..)', '%\1', 'g'
                    )
                else part.part
            end,
            '' order by part.position
        )
        from (
            select match[1] as part, position
            from regexp_matches(p_text, '[A-Za-z0-9_.~-]+|[^A-Za-z0-9_.~-]+', 'g')
            with ordinality as found (match, position)
        ) as part
    );
end;
$fn$;

comment on function pbdb._url_encode(text) is
'Text percent-encoded as one component of a URL: every byte of its UTF-8 form but A-Z a-z 0-9 - _ '
'. ~. Raises PB016 for more than 65536 bytes.';

revoke execute on function pbdb._url_encode(text) from public;
