#!/bin/sh
# Run once by the image of PostgreSQL, when its folder is empty: one login owns the schema, the other may only serve.
set -eu
export OWNER_PASSWORD="$(cat /run/secrets/owner_password)" SERVE_PASSWORD="$(cat /run/secrets/serve_password)"
psql -X -v ON_ERROR_STOP=1 -U postgres -d countersign <<'SQL'
\getenv owner OWNER_PASSWORD
\getenv serve SERVE_PASSWORD
CREATE ROLE countersign_owner LOGIN PASSWORD :'owner';
CREATE ROLE countersign_serve LOGIN PASSWORD :'serve';
ALTER DATABASE countersign OWNER TO countersign_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE countersign FROM PUBLIC;
SQL
