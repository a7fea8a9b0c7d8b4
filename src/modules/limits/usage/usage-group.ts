/** By what usage is summed up in a report. */
export const GROUPS = ['day', 'model', 'user', 'key', 'device', 'agent', 'endpoint'] as const;
export type Group = (typeof GROUPS)[number];
