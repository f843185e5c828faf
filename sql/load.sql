-- Everything that can be replaced, in the order that it loads: policies and functions as they are now.
-- psql -f sql/load.sql re-applies it to a scratch database; `make freeze` reads the same list.

-- tenancy: who am I
\ir tenancy/_query_organization_id.sql
\ir tenancy/current_organization_id.sql
\ir tenancy/require_organization.sql
\ir tenancy/set_organization.sql

-- access: who sees which table
\ir access/playbooks.sql
\ir access/playbook_steps.sql
\ir access/playbook_programs.sql
\ir access/agents.sql
\ir access/prompt_templates.sql
\ir access/playbook_triggers.sql
\ir access/playbook_executions.sql
\ir access/playbook_execution_rollups.sql
\ir access/playbook_scopes.sql
\ir access/playbook_step_results.sql
\ir access/playbook_ready_steps.sql
\ir access/playbook_joins.sql
\ir access/playbook_events.sql
\ir access/workers.sql
\ir access/playbook_usage.sql
\ir access/query_contexts.sql

-- playbook/schema: JSON Schema, draft 2020-12
\ir playbook/schema/_schema_path.sql
\ir playbook/schema/_schema_wanted.sql
\ir playbook/schema/_schema_error.sql
\ir playbook/schema/_schema_unchecked.sql
\ir playbook/schema/_schema_refusal.sql
\ir playbook/schema/_schema_fits_plainly.sql
\ir playbook/schema/_schema_list.sql
\ir playbook/schema/_schema_keywords.sql
\ir playbook/schema/_schema_nodes.sql
\ir playbook/schema/_schema_decoded.sql
\ir playbook/schema/_schema_pointer.sql
\ir playbook/schema/_schema_reference.sql
\ir playbook/schema/_schema_regex_character.sql
\ir playbook/schema/_schema_regex_class.sql
\ir playbook/schema/_schema_regex.sql
\ir playbook/schema/_schema_equality_errors.sql
\ir playbook/schema/_schema_number_errors.sql
\ir playbook/schema/_schema_string_errors.sql
\ir playbook/schema/_schema_names_errors.sql
\ir playbook/schema/_schema_pattern_members_errors.sql
\ir playbook/schema/_schema_object_errors.sql
\ir playbook/schema/_schema_contains_errors.sql
\ir playbook/schema/_schema_array_errors.sql
\ir playbook/schema/_schema_choice_errors.sql
\ir playbook/schema/_schema_branch_errors.sql
\ir playbook/schema/_schema_evaluated.sql
\ir playbook/schema/_schema_unevaluated_errors.sql
\ir playbook/schema/_schema_unsupported_errors.sql
\ir playbook/schema/_schema_node_errors.sql
\ir playbook/schema/_schema_branches.sql
\ir playbook/schema/_schema_errors.sql
\ir playbook/schema/_schema_kind_fits.sql
\ir playbook/schema/_schema_regex_is_usable.sql
\ir playbook/schema/_schema_keyword_issues.sql
\ir playbook/schema/_schema_pattern_issues.sql
\ir playbook/schema/_schema_reference_issues.sql
\ir playbook/schema/_schema_issues.sql
\ir playbook/schema/validate_json.sql

-- engine/expression, engine/template, engine/step: the language that steps are written in
\ir engine/expression/_evaluate.sql
\ir engine/expression/_evaluate_all.sql
\ir engine/expression/_map.sql
\ir engine/expression/_has_element.sql
\ir engine/expression/_order.sql
\ir engine/expression/_are_texts.sql
\ir engine/expression/_compare.sql
\ir engine/expression/_condition_field.sql
\ir engine/expression/_condition_holds.sql
\ir engine/template/_template_tokens.sql
\ir engine/template/_template_expressions.sql
\ir engine/expression/_path_names.sql
\ir engine/expression/_condition_expressions.sql
\ir engine/expression/_expressions.sql
\ir engine/expression/_expression_names.sql
\ir engine/template/_url_encode.sql
\ir engine/template/_template_value.sql
\ir engine/template/_template_insert.sql
\ir engine/template/_template_section.sql
\ir engine/template/_template_ends.sql
\ir engine/template/_render_sections.sql
\ir engine/template/_render_single_brace.sql
\ir engine/template/_render.sql
\ir engine/template/_resolve_value.sql
\ir engine/template/_config_is_dynamic.sql
\ir engine/template/_resolve_config.sql
\ir engine/step/_format_output.sql
\ir engine/step/_apply_function.sql
\ir engine/step/_merge_value.sql
\ir engine/step/_filter_items.sql
\ir engine/step/_apply_operation.sql
\ir engine/step/_transform_data.sql
\ir engine/step/_choose_branch.sql
\ir engine/step/_used_variables.sql
\ir engine/step/_render_prompt.sql

-- playbook: define, validate, version
\ir playbook/_step_kind.sql
\ir playbook/_default_timeout.sql
\ir playbook/_branch_targets.sql
\ir playbook/_step_edges.sql
\ir playbook/_steps_in_cycles.sql
\ir playbook/_names_read.sql
\ir playbook/_expression_keys.sql
\ir playbook/_dynamic_keys.sql
\ir playbook/_find_template.sql
\ir playbook/_program_config.sql
\ir playbook/_find_agent.sql
\ir playbook/_step_handler.sql
\ir playbook/_compile_steps.sql
\ir playbook/_step_sources.sql
\ir playbook/_compile_playbook.sql
\ir playbook/_document_fields.sql
\ir playbook/_edit_distance.sql
\ir playbook/_nearest.sql
\ir playbook/_suggestion.sql
\ir playbook/_path_key.sql
\ir playbook/_field_issue.sql
\ir playbook/_document_steps.sql
\ir playbook/_object_issues.sql
\ir playbook/_document_link_issues.sql
\ir playbook/_document_issues.sql
\ir playbook/_without_nulls.sql
\ir playbook/_check_document.sql
\ir playbook/_lock_playbook_name.sql
\ir playbook/_insert_steps.sql
\ir playbook/import_playbook.sql
\ir playbook/_find_playbook.sql
\ir playbook/_lock_playbook.sql
\ir playbook/_export_steps.sql
\ir playbook/_export_playbook.sql
\ir playbook/export_playbook.sql
\ir playbook/_definition_hash.sql
\ir playbook/_freeze_playbook.sql
\ir playbook/playbook_is_frozen.sql
\ir playbook/_freeze_step.sql
\ir playbook/step_is_frozen.sql
\ir playbook/_touch.sql
\ir playbook/playbook_is_touched.sql
\ir playbook/step_is_touched.sql
\ir playbook/agent_is_touched.sql
\ir playbook/trigger_is_touched.sql
\ir playbook/_flow_edges.sql
\ir playbook/_flow_issues.sql
\ir playbook/_shape_issues.sql
\ir playbook/_config_expressions.sql
\ir playbook/_playbook_expressions.sql
\ir playbook/_pointer_path.sql
\ir playbook/_name_issues.sql
\ir playbook/_syntax_issues.sql
\ir playbook/_config_fields.sql
\ir playbook/_step_config_issues.sql
\ir playbook/_secret_issues.sql
\ir playbook/_config_issues.sql
\ir playbook/_playbook_issues.sql
\ir playbook/validate_playbook.sql
\ir playbook/activate_playbook.sql
\ir playbook/apply_playbook.sql
\ir playbook/_open_executions.sql
\ir playbook/_refuse_while_open.sql
\ir playbook/_retire_playbook.sql
\ir playbook/deprecate_playbook.sql
\ir playbook/archive_playbook.sql
\ir playbook/delete_playbook.sql
\ir playbook/store_prompt_template.sql
\ir playbook/_refresh_programs.sql
\ir playbook/define_agent.sql

-- engine: start, advance, finish

-- queue: claim, heartbeat, complete, fail, sweep

-- memory: store, search

-- report: summary, progress, doctor
\ir report/playbook_execution_counts.sql
\ir report/get_playbook_execution_summary.sql
\ir report/get_active_playbooks.sql
\ir report/get_execution_progress.sql
\ir report/get_execution_result.sql
\ir report/get_execution_timeline.sql
\ir report/list_executions.sql
\ir report/playbook_inbox.sql
\ir report/_unroll_executions.sql
\ir report/_unroll_execution.sql
\ir report/_unroll_deleted_executions.sql
\ir report/_reset_roll_up.sql
\ir report/_roll_up_playbook.sql
\ir report/roll_up_executions.sql
