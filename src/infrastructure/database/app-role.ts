import type { QueryRunner } from 'typeorm';

/** The role in which the gateway works. It may not change what is on record; the owner of the tables, who logs in, could. */
export const APP_ROLE = 'citadel_app';

/** The role of a transaction that works for one tenant. It reaches isolated tables only, and in them the rows of that tenant. */
export const TENANT_ROLE = 'citadel_tenant';

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
const makeRole = (role: string): string => `
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role} NOLOGIN; END IF;
  IF NOT pg_has_role(current_user, '${role}', 'MEMBER') THEN
    EXECUTE format('GRANT ${role} TO %I', current_user);
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

/** What is not isolated stays closed to the role. */
const GRANT_ISOLATED_TABLES = `
DO $$ DECLARE relation regclass; BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${TENANT_ROLE}', current_schema());
  FOR relation IN
    SELECT oid FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relforcerowsecurity AND pg_has_role(relowner, 'MEMBER')
  LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO ${TENANT_ROLE}', relation);
  END LOOP;
  FOR relation IN
    SELECT sequence.oid FROM pg_class sequence
      JOIN pg_depend ON objid = sequence.oid AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i')
      JOIN pg_class owned ON owned.oid = refobjid
     WHERE sequence.relkind = 'S' AND owned.relnamespace = current_schema()::regnamespace
       AND owned.relforcerowsecurity AND pg_has_role(sequence.relowner, 'MEMBER')
  LOOP
    EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO ${TENANT_ROLE}', relation);
  END LOOP;
  REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_entries, audit_heads FROM ${TENANT_ROLE};
END $$`;

/** Policies name roles, which may have been made since the tables were isolated. */
const RENEW_POLICIES = `
SELECT citadel_isolate(oid::regclass) FROM pg_class
 WHERE relnamespace = current_schema()::regnamespace AND relforcerowsecurity AND pg_has_role(relowner, 'MEMBER')`;

/** Which of the roles there are. */
export interface RolesMade {
  readonly hasRole: boolean;
  readonly hasTenantRole: boolean;
}

/**
 * Makes the roles and lets them work on what they are for. A role is missing where the login may not make roles and nobody
 * has made it.
 */
export async function prepareRoles(runner: QueryRunner): Promise<RolesMade> {
  const hasRole = await make(runner, APP_ROLE);
  if (hasRole) await runner.query(GRANT_TABLES);
  const hasTenantRole = await make(runner, TENANT_ROLE);
  if (hasTenantRole) await runner.query(GRANT_ISOLATED_TABLES);
  await runner.query(RENEW_POLICIES);
  return { hasRole, hasTenantRole };
}

async function make(runner: QueryRunner, role: string): Promise<boolean> {
  await runner.query(makeRole(role));
  const rows = (await runner.query(
    `SELECT FROM pg_roles WHERE rolname = '${role}' AND pg_has_role(current_user, oid, 'MEMBER')`,
  )) as unknown[];
  return rows.length > 0;
}
