-- What belongs to one tenant's database but is in no dump of its content. Run in it by an administrator.
COMMENT ON DATABASE :"database" IS :'comment';
ALTER DATABASE :"database" CONNECTION LIMIT 90;
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"app", reporting;
ALTER DATABASE :"database" SET statement_timeout = '30s';
ALTER DATABASE :"database" SET search_path = members, identity, public;
ALTER ROLE :"app" IN DATABASE :"database" SET lock_timeout = '5s';
