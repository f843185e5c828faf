-- drop: function pbdb._api_call_keys()
create or replace function pbdb._api_call_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "url", "kinds": ["text"], "is_required": true, "holds": "resolved",
         "description": "a template; values are percent-encoded, none in scheme or host"},
        {"key": "method", "kinds": ["text"],
         "choices": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
         "is_caseless": true, "default": "GET",
         "description": "what to do there"},
        {"key": "headers", "kinds": ["object", "path"], "holds": "resolved",
         "description": "a mapping; a value may be {\"secret\": NAME}"},
        {"key": "query", "kinds": ["object", "path"], "holds": "resolved",
         "description": "parameters that are added to the url; a mapping"},
        {"key": "body", "kinds": ["any"], "holds": "resolved",
         "description": "a mapping: sent as JSON or a form, text as text, {base64} as bytes"},
        {"key": "auth", "kinds": ["object", "text"],
         "description": "how to authenticate; a text is the secret of bearer"},
        {"key": "auth.type", "kinds": ["text"],
         "choices": ["bearer", "basic", "header", "query", "path"],
         "default": "bearer",
         "description": "where the secret stands; path: where the url says :secret"},
        {"key": "auth.secret", "kinds": ["text"], "is_required": true,
         "description": "the name of the secret; the runner knows its value"},
        {"key": "auth.name", "kinds": ["text"],
         "description": "header, query: what the header or parameter is called"},
        {"key": "auth.username", "kinds": ["text"],
         "description": "basic: the user; without it the secret is user:password"},
        {"key": "auth.prefix", "kinds": ["text"],
         "description": "header: what stands before the secret"},
        {"key": "expect_status", "kinds": ["integer", "array", "text"], "lowest": 100,
         "highest": 599, "default": "200-299",
         "description": "what counts as success: 201, \"2xx\", \"200-204\", or a list"},
        {"key": "follow_redirects", "kinds": ["boolean"], "default": false,
         "description": "each hop is checked like the first url"},
        {"key": "idempotent", "kinds": ["boolean"], "default": false,
         "description": "whether a POST or PATCH that may have been done may be sent again"},
        {"key": "timeout_seconds", "milliseconds_key": "timeout", "kinds": ["number"],
         "lowest": 0.001, "highest": 2592000, "unit": "seconds", "default": 30,
         "description": "how long the request may take, within the step's own timeout"},
        {"key": "syntax", "kinds": ["text"], "choices": ["mustache", "single_brace"],
         "default": "mustache",
         "description": "single_brace: {name} and {a.b} instead of {{ name }}"},
        {"key": "on_lost", "kinds": ["text"], "choices": ["retry", "fail", "wait"],
         "description": "what follows when it may have been done; fail unless it may be sent again"}
    ]$keys$::jsonb;
end;

comment on function pbdb._api_call_keys() is
'What may stand in the config of a API_CALL step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._api_call_keys() from public;
