-- The product's registry of tenants, in database medsuite. Run by an administrator.
REVOKE CONNECT, TEMPORARY ON DATABASE medsuite FROM PUBLIC;
GRANT CONNECT ON DATABASE medsuite TO medsuite_app;

SET ROLE medsuite_owner;

CREATE SCHEMA identity;

CREATE TABLE identity.db_server (
  id               serial PRIMARY KEY,
  name             text NOT NULL UNIQUE,
  host             text NOT NULL,
  port             int NOT NULL,
  region           text NOT NULL,
  admin_secret_ref text NOT NULL
);

CREATE TABLE identity.tenant (
  id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  slug              text NOT NULL UNIQUE,
  display_name      text NOT NULL,
  status            text NOT NULL DEFAULT 'active'
                    CHECK (status IN ('active', 'read_only', 'suspended', 'archived')),
  status_reason     text,
  status_changed_at timestamptz NOT NULL DEFAULT now(),
  db_name           text NOT NULL,
  db_server_id      int NOT NULL REFERENCES identity.db_server,
  db_config_ref     text NOT NULL
);

CREATE TABLE identity.tenant_audit (
  id        bigserial PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES identity.tenant,
  action    text NOT NULL,
  actor     text NOT NULL,
  detail    jsonb NOT NULL DEFAULT '{}',
  at        timestamptz NOT NULL DEFAULT now()
);

INSERT INTO identity.db_server (name, host, port, region, admin_secret_ref)
VALUES ('pg-us-east-1', '127.0.0.1', :port, 'us-east-1', 'pg-us-east-1-admin');

-- what the product's own processes read
GRANT USAGE ON SCHEMA identity TO medsuite_app;
GRANT SELECT ON identity.tenant, identity.db_server TO medsuite_app;

RESET ROLE;
