-- The catalogue of backups. What a backup is never changes, and no row goes: a year later it still says what there was.

CREATE TABLE countersign.backup (
  id            text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 60),
  run           text NOT NULL REFERENCES countersign.run (id),
  estate        text NOT NULL,
  tenant        text NOT NULL,
  server        text NOT NULL,
  database_oid  bigint NOT NULL CHECK (database_oid BETWEEN 1 AND 4294967295),
  database_name text NOT NULL,
  key           text NOT NULL UNIQUE,
  bytes         bigint NOT NULL CHECK (bytes > 0),
  digest        text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
  major         int NOT NULL CHECK (major >= 10),
  taken_at      timestamptz NOT NULL,
  tables        jsonb NOT NULL,
  kept_until    timestamptz NOT NULL,
  read_at       timestamptz,
  removed_at    timestamptz
);
CREATE INDEX backup_of_tenant ON countersign.backup (estate, tenant, taken_at DESC) WHERE removed_at IS NULL;

CREATE FUNCTION countersign.guard_backup() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'backups are never taken out of the catalogue' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.removed_at IS NOT NULL THEN
    RAISE EXCEPTION 'backup % is removed and does not change', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (to_jsonb(NEW) - 'read_at' - 'removed_at') IS DISTINCT FROM (to_jsonb(OLD) - 'read_at' - 'removed_at') THEN
    RAISE EXCEPTION 'what backup % is never changes', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_backup BEFORE UPDATE OR DELETE ON countersign.backup
  FOR EACH ROW EXECUTE FUNCTION countersign.guard_backup();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON countersign.backup
  FOR EACH STATEMENT EXECUTE FUNCTION countersign.refuse_change();
