-- One tenant's roles, run in the maintenance database: an owner nobody logs in as, and the application's login.
CREATE ROLE :"owner" NOLOGIN;
CREATE ROLE :"app" LOGIN PASSWORD :'password';
