-- Everything the bot may do in this estate; an administrator runs it with psql. The bot is never a superuser.
\connect postgres
CREATE ROLE countersign_bot LOGIN NOSUPERUSER CREATEDB CREATEROLE PASSWORD :'bot_password';

-- create, rename and drop tenants' databases, read and write their objects
GRANT tenant_acme_owner, tenant_globex_owner, tenant_north_clinic_owner TO countersign_bot;
-- end the product's sessions, and see whose they are
GRANT pg_signal_backend, pg_read_all_stats TO countersign_bot;
-- have the last commits archived before a server is restored, and know which server it is
GRANT EXECUTE ON FUNCTION pg_switch_wal(), pg_control_system() TO countersign_bot;

\connect medsuite
GRANT CONNECT ON DATABASE medsuite TO countersign_bot;
GRANT USAGE ON SCHEMA identity TO countersign_bot;
GRANT SELECT ON ALL TABLES IN SCHEMA identity TO countersign_bot;
GRANT UPDATE (status, status_reason, status_changed_at, db_config_ref) ON identity.tenant TO countersign_bot;
GRANT INSERT ON identity.tenant_audit TO countersign_bot;
GRANT USAGE ON SEQUENCE identity.tenant_audit_id_seq TO countersign_bot;
