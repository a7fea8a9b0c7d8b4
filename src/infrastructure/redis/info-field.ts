/** A field of what `INFO` answers, which is lines `name:value`; empty where there is none. */
export const infoField = (info: string, name: string): string =>
  new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
