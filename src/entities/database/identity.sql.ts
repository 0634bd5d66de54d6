/** Which database this is, told alike by a server and its replicas, and by no other: of its cluster, and of it there. */
export const IDENTITY = `(select system_identifier from pg_control_system()) || ' ' ||
  (select oid from pg_database where datname = current_database())`;
