import type { QueryRunner } from 'typeorm';

/** The role in which the gateway works. It may not change what is on record; the owner of the tables, who logs in, could. */
export const APP_ROLE = 'citadel_app';

/**
 * What every connection does first. The role is taken where it exists and may be taken: before the first migration it does
 * not. Times without a zone are UTC, and a commit is one, whatever the settings of the server say.
 */
export const SESSION_SETTINGS = `
SELECT set_config('TimeZone', 'UTC', false),
       CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END,
       (SELECT set_config('role', rolname, false)
          FROM pg_roles WHERE rolname = '${APP_ROLE}' AND pg_has_role(session_user, oid, 'MEMBER'))`;

/** Roles belong to all databases of a server: another one may be making it now. */
const MAKE_ROLE = `
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${APP_ROLE}') THEN CREATE ROLE ${APP_ROLE} NOLOGIN; END IF;
  IF NOT pg_has_role(current_user, '${APP_ROLE}', 'MEMBER') THEN
    EXECUTE format('GRANT ${APP_ROLE} TO %I', current_user);
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$`;

const GRANT_TABLES = `
DO $$ DECLARE relation record; BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${APP_ROLE}', current_schema());
  FOR relation IN
    SELECT oid::regclass AS name, relkind AS kind FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'S')
       AND pg_has_role(relowner, 'MEMBER')
  LOOP
    IF relation.kind = 'S' THEN EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO ${APP_ROLE}', relation.name);
    ELSE EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ${APP_ROLE}', relation.name);
    END IF;
  END LOOP;
  REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM ${APP_ROLE};
END $$`;

/**
 * Makes the role and lets it work on all tables there are. Gives false where the login may not make roles and nobody has
 * made it.
 */
export async function prepareAppRole(runner: QueryRunner): Promise<boolean> {
  await runner.query(MAKE_ROLE);
  const rows = (await runner.query(
    `SELECT FROM pg_roles WHERE rolname = '${APP_ROLE}' AND pg_has_role(current_user, oid, 'MEMBER')`,
  )) as unknown[];
  if (rows.length === 0) return false;
  await runner.query(GRANT_TABLES);
  return true;
}
