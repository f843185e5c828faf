-- drop: function pbdb._agent_execution_keys()
create or replace function pbdb._agent_execution_keys()
returns jsonb
language sql
immutable
parallel safe
security invoker
begin atomic
    select $keys$[
        {"key": "agent", "aliases": ["agentId", "agent_id"], "kinds": ["text"],
         "is_required": true,
         "description": "a row of pbdb.agents, an agent of the runner, or assistant"},
        {"key": "prompt", "kinds": ["text"], "one_of": "prompt", "holds": "resolved",
         "description": "what it is asked; a template. A mapped input goes along as data"},
        {"key": "messages", "kinds": ["array", "path"], "holds": "resolved",
         "description": "a conversation; its last message is the question unless prompt is"},
        {"key": "messages[].role", "kinds": ["text"],
         "choices": ["system", "developer", "user", "assistant", "tool"],
         "description": "whose words they are; system and developer are instructions"},
        {"key": "messages[].tool_calls", "kinds": ["array", "path"],
         "description": "assistant: the tools that it called, as OpenAI stores them"},
        {"key": "messages[].tool_call_id", "kinds": ["text"],
         "description": "tool: which call the content is the result of"},
        {"key": "messages[].content", "kinds": ["any"],
         "description": "the words; a template"},
        {"key": "template_name", "kinds": ["text"], "one_of": "prompt",
         "description": "a stored prompt template, as it is when the playbook is activated"},
        {"key": "template_version", "kinds": ["integer"], "lowest": 1,
         "goes_with": ["template_name"],
         "description": "its version; the newest unless given"},
        {"key": "instructions", "kinds": ["text"], "holds": "resolved",
         "description": "added to those of the agent; a template"},
        {"key": "model", "kinds": ["text"],
         "description": "instead of the agent's"},
        {"key": "parameters", "kinds": ["object", "path"], "holds": "resolved",
         "description": "values that the input is laid over"},
        {"key": "tools", "kinds": ["array"],
         "description": "names of registered functions, instead of the agent's"},
        {"key": "limits", "kinds": ["object"],
         "description": "budgets of one attempt"},
        {"key": "limits.max_requests", "kinds": ["integer"], "lowest": 1, "default": 20,
         "description": "requests to the model"},
        {"key": "limits.max_tool_calls", "kinds": ["integer"], "lowest": 0,
         "description": "calls of tools"},
        {"key": "limits.max_input_tokens", "kinds": ["integer"], "lowest": 0, "unit": "tokens",
         "description": "what the model reads"},
        {"key": "limits.max_output_tokens", "kinds": ["integer"], "lowest": 0, "unit": "tokens",
         "description": "what the model writes"},
        {"key": "limits.max_tokens", "kinds": ["integer"], "lowest": 0, "unit": "tokens",
         "description": "both together"},
        {"key": "limits.max_cost_usd", "kinds": ["number"], "lowest": 0, "unit": "USD",
         "description": "the price, where the model's is known"},
        {"key": "syntax", "kinds": ["text"], "choices": ["mustache", "single_brace"],
         "default": "mustache",
         "description": "single_brace: {name} and {a.b} instead of {{ name }}"},
        {"key": "on_lost", "kinds": ["text"], "choices": ["retry", "fail", "wait"],
         "default": "retry",
         "description": "what to do when its runner vanished; wait asks a person"}
    ]$keys$::jsonb;
end;

comment on function pbdb._agent_execution_keys() is
'What may stand in the config of a AGENT_EXECUTION step, as pbdb.step_config_keys reads it.';

revoke execute on function pbdb._agent_execution_keys() from public;
