-- The roles stay when another database of the cluster still uses them: dropping them is that
-- database's business too.

alter default privileges for role pbdb_owner grant execute on functions to public;

drop schema pbdb;

do $do$
declare
    v_role text;
begin
    foreach v_role in array array[
        'pbdb_app', 'pbdb_worker', 'pbdb_monitor', 'pbdb_query', 'pbdb_owner'
    ] loop
        begin
            execute format('drop role if exists %I', v_role);
        exception
            when dependent_objects_still_exist or insufficient_privilege then
                raise notice 'role % is kept: something else in this cluster uses it', v_role;
        end;
    end loop;
end;
$do$;
