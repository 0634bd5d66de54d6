-- The tables of an OpenSPP database that its shipped views read, in its shape, with three households of made-up people.
create table res_country (id serial primary key, code varchar);
create table res_country_state (id serial primary key, code varchar);
create table spp_vocabulary_code (id serial primary key, code varchar not null);
create table res_partner (
  id serial primary key, active bool, is_registrant bool, is_group bool, family_name varchar, given_name varchar, addl_name varchar,
  gender_id int references spp_vocabulary_code, birthdate date, email varchar, street varchar, street2 varchar, city varchar,
  zip varchar, state_id int references res_country_state, country_id int references res_country,
  group_type_id int references spp_vocabulary_code, registration_date date, disabled timestamp, disabled_reason text,
  merged_into_id int, write_date timestamp default now()
);
create table spp_registry_id (
  id serial primary key, partner_id int not null references res_partner, id_type_id int not null references spp_vocabulary_code,
  value varchar, status varchar, expiry_date date, write_date timestamp default now()
);
create table spp_phone_number (
  id serial primary key, partner_id int not null references res_partner, phone_no varchar, phone_sanitized varchar,
  disabled timestamp, write_date timestamp default now()
);
create table spp_group_membership (
  id serial primary key, "group" int not null references res_partner, individual int not null references res_partner,
  active bool, ended_date timestamp, write_date timestamp default now()
);
create table spp_group_membership_spp_vocabulary_code_rel (
  spp_group_membership_id int references spp_group_membership, spp_vocabulary_code_id int references spp_vocabulary_code,
  primary key (spp_group_membership_id, spp_vocabulary_code_id)
);

insert into res_country (code) values ('TG');
insert into res_country_state (code) values ('MAR');
insert into spp_vocabulary_code (code) values ('1'), ('2'), ('national_id'), ('system_id'), ('household'), ('head');
insert into res_partner (active, is_registrant, is_group, family_name, given_name, gender_id, birthdate, city, state_id, country_id, registration_date)
values
  (true, true, false, 'Agbeko', 'Akosua', 2, '1951-04-03', 'Lomé', 1, 1, '2024-02-01'),
  (true, true, false, 'Agbeko', 'Kofi', 1, '1979-11-20', 'Lomé', 1, 1, '2024-02-01'),
  (true, true, false, 'Mensah', 'Yawa', 2, '1988-07-14', 'Tsévié', 1, 1, '2024-03-11'),
  (true, true, false, 'Amegah', 'Edem', 1, '1965-01-30', 'Aného', 1, 1, '2024-05-23');
insert into res_partner (active, is_registrant, is_group, group_type_id, city, state_id, country_id, registration_date)
values (true, true, true, 5, 'Lomé', 1, 1, '2024-02-01');
insert into spp_registry_id (partner_id, id_type_id, value)
values (1, 3, 'TG-1001'), (2, 3, 'TG-1002'), (3, 3, 'TG-1003'), (4, 3, 'TG-1004'), (5, 4, 'GRP_0001');
insert into spp_phone_number (partner_id, phone_no, phone_sanitized) values (2, '90 12 34 56', '+22890123456');
insert into spp_group_membership ("group", individual, active) values (5, 1, true), (5, 2, true);
insert into spp_group_membership_spp_vocabulary_code_rel values (1, 6);
