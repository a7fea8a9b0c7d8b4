import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Neither addresses nor places in the page itself. */
const FILE_LINK = /\]\((?![a-z]+:|#)([^)#\s]+)/g;
/** What a merge leaves for somebody to decide; also after it was formatted. */
const UNDECIDED = /^(?:<{7}|={7}$|>{7}|(?:> ){7})/m;

const inDocs = await readdir('docs', { recursive: true });
const top = await readdir('.');
const pages = [...top, ...inDocs.map((name) => join('docs', name))].filter((name) => name.endsWith('.md'));

describe.each(pages)('%s', (page) => {
  it('leads to files that exist', async () => {
    const text = await readFile(page, 'utf8');
    const targets = [...text.matchAll(FILE_LINK)].map(([, target]) => join(dirname(page), target!));
    expect(targets.filter((target) => !existsSync(target))).toEqual([]);
  });

  it('is merged', async () => {
    expect(await readFile(page, 'utf8')).not.toMatch(UNDECIDED);
  });
});
