drop function pbdb.uuid_v7();
drop type pbdb.wait_reason;
drop type pbdb.ready_state;
drop type pbdb.step_result_status;
drop type pbdb.playbook_step_type;
drop type pbdb.playbook_execution_status;
drop type pbdb.playbook_status;
