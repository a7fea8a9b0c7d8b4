import { toWireJson, type WireText } from '../../../contracts/wire-text.js';

/** One more member of an object, unless there is nothing to say. */
export const member = (name: string, value: unknown): WireText =>
  value === undefined
    ? ''
    : `,"${name}":${typeof value === 'number' ? numberJson(value) : toWireJson(value)}`;

const numberJson = (value: number): string => (Number.isFinite(value) ? String(value) : 'null');
