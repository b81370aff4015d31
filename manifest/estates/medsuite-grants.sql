-- Everything that the bot may do on medsuite's servers and in its registry. It is never a superuser.
--
-- An administrator runs it with psql 15 or newer, once per server, and again when a tenant was added; what is right already stays.
-- The password comes from the environment, so that it is in no command line; without it the role keeps the one it has. A new one makes
-- a new base backup necessary: a copy of the server has the passwords of its moment.
--
--   BOT_PASSWORD=... psql -X -d postgres -f manifest/estates/medsuite-grants.sql
--
-- Where the registry lives on another server, run the second part there and leave it out here. The sandbox runs this very text.
\set ON_ERROR_STOP on

-- Your names: the bot's role, the registry's database, and what the names of the tenants' databases look like (a regular expression)
\set bot countersign_bot
\set registry medsuite
\set tenants ^tenant_

\getenv bot_password BOT_PASSWORD

-- ---------------------------------------------------------------------------------------------------------------------------------
-- 1. The tenants' server
-- ---------------------------------------------------------------------------------------------------------------------------------
\connect postgres
-- psql fills nothing in between dollar quotes, so the names go there by way of settings
SELECT set_config('grants.bot', :'bot', false), set_config('grants.tenants', :'tenants', false);

DO $do$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_setting('grants.bot')) THEN
    EXECUTE format('CREATE ROLE %I', current_setting('grants.bot'));
  END IF;
  IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_setting('grants.bot')) THEN
    RAISE EXCEPTION '% is a superuser. The bot must not be one: take another name', current_setting('grants.bot');
  END IF;
END $do$;

-- a copy of the server is logged in to by SCRAM
SET password_encryption = 'scram-sha-256';
-- CREATEDB: database.copy makes a database beside the live one, database.swap renames both
-- CREATEROLE: database.copy gives the copy the settings that logins have in the original (ALTER ROLE ... IN DATABASE ... SET)
ALTER ROLE :"bot" LOGIN CREATEDB CREATEROLE;
\if :{?bot_password}
ALTER ROLE :"bot" PASSWORD :'bot_password';
\else
\warn 'BOT_PASSWORD is not set: the role keeps the password that it has.'
\endif

-- tenant.freeze, tenant.settle, database.swap, database.discard: end the product's sessions in one tenant's database
GRANT pg_signal_backend TO :"bot";
-- tenant.settle: see since when others' sessions and transactions are open; restore.preflight: see how big databases are
GRANT pg_read_all_stats TO :"bot";
-- server.restore: have the last commits archived before the server is restored
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO :"bot";
-- server.restore, restore.preflight: know which server this is, and which base backups are its own
GRANT EXECUTE ON FUNCTION pg_control_system() TO :"bot";

DO $do$
DECLARE
  owner text;
  login text;
  bot text := current_setting('grants.bot');
  tenants text := current_setting('grants.tenants');
  named boolean := current_setting('server_version_num')::int >= 160000;
BEGIN
  -- database.copy, .compare, .swap, .discard and tenant.freeze: read a tenant's rows, make its copy for the same owner, rename, drop
  -- and preset it. The owner of a database may do all that, and so may a member of the owner
  FOR owner IN SELECT DISTINCT pg_get_userbyid(datdba) FROM pg_database WHERE datname ~ tenants LOOP
    IF (SELECT rolsuper FROM pg_roles WHERE rolname = owner) THEN
      RAISE EXCEPTION 'a tenant''s database belongs to the superuser %. Give it an owner of its own: ALTER DATABASE ... OWNER TO ...',
        owner;
    END IF;
    -- from 16 on a membership says what it is good for
    EXECUTE format('GRANT %I TO %I', owner, bot) || CASE WHEN named THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END;
  END LOOP;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no database has a name like %. Change \set tenants at the top', tenants;
  END IF;
  -- from 16 on CREATEROLE alone does not alter a role that somebody else made: database.copy needs ADMIN OPTION on the logins that
  -- have settings in tenants' databases. It neither inherits their rights nor becomes one of them
  IF named THEN
    FOR login IN
      SELECT DISTINCT pg_get_userbyid(s.setrole)
        FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
       WHERE s.setrole <> 0 AND d.datname ~ tenants
    LOOP
      EXECUTE format('GRANT %I TO %I WITH ADMIN TRUE, INHERIT FALSE, SET FALSE', login, bot);
    END LOOP;
  END IF;
END $do$;

-- ---------------------------------------------------------------------------------------------------------------------------------
-- 2. The registry
-- ---------------------------------------------------------------------------------------------------------------------------------
\connect :"registry"
GRANT CONNECT ON DATABASE :"registry" TO :"bot";
GRANT USAGE ON SCHEMA identity TO :"bot";
-- the queries tenants, tenant and server: every action looks its tenant up
GRANT SELECT ON identity.tenant, identity.db_server TO :"bot";
-- set-status: tenant.freeze and tenant.unfreeze
GRANT UPDATE (status, status_reason, status_changed_at) ON identity.tenant TO :"bot";
-- set-reference: reference.flip and reference.flip-back; withdraw: tenant.withdraw and sibling.drop
GRANT UPDATE (db_name, db_config_ref) ON identity.tenant TO :"bot";
-- enrol: tenant.enrol. Rows are never removed: withdraw takes their database away
GRANT INSERT (slug, display_name, status, status_reason, db_name, db_server_id, db_config_ref) ON identity.tenant TO :"bot";
-- audit: tenant.audit writes one row, and first looks whether it stands already. Rows are never changed
GRANT SELECT, INSERT ON identity.tenant_audit TO :"bot";
GRANT USAGE ON SEQUENCE identity.tenant_audit_id_seq TO :"bot";
-- invalidate: pg_notify is everybody's
