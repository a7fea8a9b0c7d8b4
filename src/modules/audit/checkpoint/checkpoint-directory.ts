import { hash } from 'node:crypto';
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const PLAIN_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const NOTES_FILE = /^\d{4}-\d\d-\d\d\.notes$/;
/** Up to an empty line behind lines that begin with the em dash of a signature, as bytes. */
const WHOLE_NOTE = /[^]*?\n\n(?:\xe2\x80\x94 .*\n)+\n/gy;

/** Signed notes in files outside of the database: one for each tenant and day, each note followed by a blank line. */
export class CheckpointDirectory {
  constructor(private readonly directory: string) {}

  /** The note is on disk when the promise resolves. */
  async append(tenant: string, note: string, at: Date): Promise<void> {
    const folder = join(this.directory, folderOf(tenant));
    await mkdir(folder, { recursive: true });
    const file = await open(join(folder, `${at.toISOString().slice(0, 10)}.notes`), 'a+', 0o640);
    try {
      const { size } = await file.stat();
      if (size > 0) {
        // A process that was killed while it wrote leaves half a note, which was never a checkpoint.
        const whole = wholeLengthOf(await file.readFile());
        if (whole < size) await file.truncate(whole);
      }
      await file.appendFile(`${note}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** All of a tenant's notes, oldest first. Half a note at the end of a file is left out. */
  async list(tenant: string): Promise<string[]> {
    const notes: string[] = [];
    for (const file of await this.filesOf(tenant)) notes.push(...(await readNotes(file)));
    return notes;
  }

  private async filesOf(tenant: string): Promise<string[]> {
    const folder = join(this.directory, folderOf(tenant));
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return names
      .filter((name) => NOTES_FILE.test(name))
      .sort()
      .map((name) => join(folder, name));
  }
}

/** Never a path, never too long, and never the same for two tenants, also where files' names know no capitals. */
const folderOf = (tenant: string): string =>
  PLAIN_NAME.test(tenant) ? tenant : `~${hash('sha256', Buffer.from(tenant), 'hex')}`;

async function readNotes(file: string): Promise<string[]> {
  const notes = splitNotes(await readFile(file));
  return notes.map((note) => Buffer.from(note.slice(0, -1), 'latin1').toString());
}

/** How much of a file is notes with all their lines. */
const wholeLengthOf = (bytes: Buffer): number =>
  splitNotes(bytes).reduce((length, note) => length + note.length, 0);

/** What cannot be part of a note stays with the one behind it, whose signature then fails. One character is one byte. */
const splitNotes = (bytes: Buffer): string[] => bytes.toString('latin1').match(WHOLE_NOTE) ?? [];
