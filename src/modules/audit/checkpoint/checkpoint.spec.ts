import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { claimedSizeOf, openCheckpoint, originOf, signCheckpoint, verifierKeyFor } from './checkpoint.js';
import { signNote } from './signed-note.js';

const keys = generateKeyPairSync('ed25519');
const link = Buffer.alloc(32, 7);

describe(signCheckpoint.name, () => {
  it.each(['default', 'with space + plus', 'zwölf/../..', '\n\n', '\ud800'])(
    'is opened again for %j',
    (tenant) => {
      const note = signCheckpoint({ tenant, seq: 12, link }, keys);
      expect(note.split('\n').slice(0, 4)).toEqual([originOf(tenant), '12', link.toString('base64'), '']);
      expect(openCheckpoint(note, tenant, keys)).toEqual({ tenant, seq: 12, link });
      expect(verifierKeyFor(tenant, keys)).toMatch(/^citadel-audit\/[^\s+]+\+[0-9a-f]{8}\+/);
    },
  );
});

describe(openCheckpoint.name, () => {
  const note = signCheckpoint({ tenant: 'default', seq: 12, link }, keys);

  it('refuses the checkpoint of another tenant and of another key', () => {
    expect(openCheckpoint(note, 'other', keys)).toBeUndefined();
    expect(openCheckpoint(note, 'default', generateKeyPairSync('ed25519'))).toBeUndefined();
  });

  it.each([
    ['a size with zeroes before it', `${originOf('default')}\n012\n${link.toString('base64')}\n`],
    ['a link that is too short', `${originOf('default')}\n12\nAAAA\n`],
    ['another origin', `${originOf('other')}\n12\n${link.toString('base64')}\n`],
    ['lines of which we know nothing', `${originOf('default')}\n12\n${link.toString('base64')}\nmore\n`],
  ])('refuses %s, signed or not', (_, text) => {
    expect(openCheckpoint(signNote(text, originOf('default'), keys), 'default', keys)).toBeUndefined();
  });

  it('finds every changed byte', () => {
    const bytes = Buffer.from(note);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << (at % 8);
      expect(openCheckpoint(changed.toString(), 'default', keys), `byte ${at}`).toBeUndefined();
    }
  });
});

describe(claimedSizeOf.name, () => {
  it('is what the note says, or 0', () => {
    expect(claimedSizeOf('a\n12\n')).toBe(12);
    expect(claimedSizeOf('a\nb\n')).toBe(0);
    expect(claimedSizeOf('')).toBe(0);
  });
});
