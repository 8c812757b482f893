-- Two replies to one letter on one day are acknowledged by the same bytes: there the State's name tells them apart.
alter table answer add name text not null default '';
alter table answer drop constraint answer_body_channel_sha256_key;
alter table answer add unique (body, channel, sha256, name);
