import type { ServicesDto } from './dto/services.dto.js';
import type { ChecksResult } from './health-checks.js';
import type { PartReport } from './health-part.js';
import { groupedBackend } from './sources/backends.source.js';

/** The report of every part, in full or for strangers. */
export function toServices({ details }: ChecksResult, inFull: boolean): ServicesDto {
  const say = (report: PartReport) => (inFull ? report : withoutDetails(report));
  const backends: ServicesDto['backends'] = Object.create(null) as ServicesDto['backends'];
  for (const [part, { report }] of Object.entries(details)) {
    const backend = groupedBackend(part);
    if (backend !== undefined) backends[backend] = say(report);
  }
  const { sql_database, redis, ollama, audit } = details;
  return {
    sql_database: say(reportOf(sql_database)),
    redis: say(reportOf(redis)),
    ollama: say(reportOf(ollama)),
    audit: say(reportOf(audit)),
    backends,
  };
}

/** Versions, names of users and texts of exceptions help an attacker more than anybody else. */
function withoutDetails({ status }: PartReport): PartReport {
  return status === 'unhealthy' ? { status, error: 'unavailable' } : { status };
}

const reportOf = (detail: { readonly report: PartReport } | undefined): PartReport =>
  detail?.report ?? { status: 'disabled' };
