-- The surface: every function a program may call. Written anew at each migration, from api/*.sql.
drop schema if exists api cascade;
create schema api authorization pli_owner;
