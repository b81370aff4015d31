-- One tenant's row in the registry.
INSERT INTO identity.tenant (slug, display_name, db_name, db_server_id, db_config_ref)
SELECT :'slug', :'display_name', :'database', id, :'secret' FROM identity.db_server WHERE name = 'pg-us-east-1';
