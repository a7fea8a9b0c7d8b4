import type { EntrySource } from './entry-source.js';

/**
 * What a look at a chain finds: a fault only while no old entries were taken away, for what is gone in the middle of the
 * look seems to be missing. Otherwise it looks again.
 */
export async function lookWhileSettled<Found>(
  source: EntrySource,
  tenant: string,
  { look, isFault }: { look: () => Promise<Found>; isFault: (found: Found) => boolean },
): Promise<Found> {
  for (let lowest = await findLowest(source, tenant); ;) {
    const found = await look();
    if (!isFault(found)) return found;
    const lowestNow = await findLowest(source, tenant);
    if (lowestNow <= lowest) return found;
    lowest = lowestNow;
  }
}

/** The number of the first entry there is. */
async function findLowest(source: EntrySource, tenant: string): Promise<number> {
  const [lowest] = await source.links(tenant, -Infinity, 1);
  return lowest?.seq ?? -Infinity;
}
