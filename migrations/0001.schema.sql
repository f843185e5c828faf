-- What:  the schema pbdb and the five group roles that everything else is granted to.
-- Why:   pbdb_owner owns every object and serves nobody; the others are what logins are members of.
-- Locks: none that anybody could wait for.
-- In flight: nothing exists yet.
--
-- Roles belong to the whole cluster, so a second database finds them here already. The installer
-- needs CREATEROLE and CREATE on the database, not superuser.

do $do$
declare
    v_role text;
begin
    foreach v_role in array array[
        'pbdb_owner', 'pbdb_app', 'pbdb_worker', 'pbdb_query', 'pbdb_monitor'
    ] loop
        if to_regrole(v_role) is null then
            begin
                execute format('create role %I nologin', v_role);
            exception
                -- Another database of the cluster is being installed at this moment.
                when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;

    -- PostgreSQL 16 gives the creator of a role the right to grant it, not the right to become it.
    foreach v_role in array array['pbdb_owner', 'pbdb_query'] loop
        if not pg_catalog.pg_has_role(current_user, v_role, 'SET') then
            execute format('grant %I to %I with set true, inherit true', v_role, current_user);
        end if;
    end loop;
end;
$do$;

-- The one function that runs tenants' queries belongs to pbdb_query; the owner must be able to replace it.
grant pbdb_query to pbdb_owner with set true, inherit true;

create schema pbdb authorization pbdb_owner;

comment on schema pbdb is
'AI playbook engine: definitions, executions, the engine that advances them, the queue runners claim from.';

grant usage on schema pbdb to pbdb_app, pbdb_worker, pbdb_query, pbdb_monitor;

alter default privileges for role pbdb_owner in schema pbdb revoke execute on functions from public;
alter default privileges for role pbdb_owner revoke execute on functions from public;
