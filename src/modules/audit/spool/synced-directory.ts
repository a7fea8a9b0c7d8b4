import { closeSync, fsync, openSync } from 'node:fs';

/** A directory whose new names have to survive a loss of power as well. */
export class SyncedDirectory {
  private readonly file: number;
  private isDirty = false;

  constructor(path: string) {
    this.file = openSync(path, 'r');
  }

  changed(): void {
    this.isDirty = true;
  }

  sync(): Promise<void> {
    if (!this.isDirty) return Promise.resolve();
    this.isDirty = false;
    return new Promise((resolve, reject) => {
      fsync(this.file, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    closeSync(this.file);
  }
}
