const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/** A time as ISO 8601 writes it, or a day, which is its beginning. What names no zone is UTC. Undefined for anything else. */
export function toTimestamp(text: string): Date | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] =
    ISO_8601.exec(text) ?? [];
  if (year === undefined || year === '0000' || !isDayOf(Number(year), Number(month), Number(day)))
    return undefined;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  const time = new Date(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${zone.toUpperCase()}`,
  );
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** `Date` takes the 30th of February for the second of March. */
const isDayOf = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
