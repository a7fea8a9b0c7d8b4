import pg from 'pg';

/** OID of `timestamp without time zone`, whose values `pg` would take for local time. */
const TIMESTAMP = 1114;
const TIMESTAMP_WITH_ZONE = 1184;

// There is no such option per connection. Without it a Date in a `timestamp` column would be local time.
pg.defaults.parseInputDatesAsUTC = true;

type TextParser = (text: string) => unknown;
type FindParser = (oid: number, format?: string) => TextParser;

const findParser = pg.types.getTypeParser as FindParser;
const parseWithZone = findParser(TIMESTAMP_WITH_ZONE, 'text');
const parseAsUtc: TextParser = (text) => parseWithZone(text.endsWith('infinity') ? text : `${text}+00`);
const findUtcParser: FindParser = (oid, format) =>
  oid === TIMESTAMP && format === 'text' ? parseAsUtc : findParser(oid, format);

/** Column readers for pooled connections: what is stored without a zone is UTC. */
export const UTC_TYPES = { getTypeParser: findUtcParser } as pg.CustomTypesConfig;
