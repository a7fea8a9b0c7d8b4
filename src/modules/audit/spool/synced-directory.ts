import { closeSync, fstatSync, fsync, openSync } from 'node:fs';

/** A directory whose new names have to survive a loss of power as well. */
export class SyncedDirectory {
  private readonly file: number;
  private isDirty = false;
  private syncing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.file = openSync(path, 'r');
  }

  /** Whether it was deleted: what is made in it now is nowhere. */
  get isDeleted(): boolean {
    return fstatSync(this.file).nlink === 0;
  }

  /** The file system it lies on. */
  get device(): number {
    return fstatSync(this.file).dev;
  }

  changed(): void {
    this.isDirty = true;
  }

  /** Resolves when every name would survive of which it was said that it changed. */
  sync(): Promise<void> {
    if (!this.isDirty) return this.syncing;
    this.isDirty = false;
    this.syncing = new Promise((resolve, reject) => {
      fsync(this.file, (error) => {
        if (error === null) return resolve();
        this.isDirty = true;
        reject(error);
      });
    });
    return this.syncing;
  }

  close(): void {
    closeSync(this.file);
  }

  /** Once nobody waits for it any more. */
  async closeLater(): Promise<void> {
    await this.syncing.catch(() => undefined);
    this.close();
  }
}
