import { join } from 'node:path';
import { retakeSlot, type SpoolSlot, takeSlot } from './spool-slot.js';
import { SyncedDirectory } from './synced-directory.js';

/** Where the files of this process lie. */
export class SpoolPlace {
  private directory: SyncedDirectory;
  private closed = false;

  private constructor(
    private readonly root: string,
    private slot: SpoolSlot,
  ) {
    this.directory = new SyncedDirectory(slot.directory);
  }

  /** Takes a directory of its own below `root`, and with it what dead processes left behind. */
  static async take(root: string): Promise<SpoolPlace> {
    return new SpoolPlace(root, await takeSlot(root));
  }

  get path(): string {
    return this.slot.directory;
  }

  /** Files of dead processes, the oldest first. */
  get inherited(): readonly string[] {
    return this.slot.inherited;
  }

  /** Whether it was deleted: what is made in it now is nowhere. */
  get isDeleted(): boolean {
    return this.directory.isDeleted;
  }

  /** The path of a file that is about to be made. */
  pathOf(name: string): string {
    this.directory.changed();
    return join(this.path, name);
  }

  /** Resolves when the names of all files would survive a loss of power. */
  sync(): Promise<void> {
    return this.directory.sync();
  }

  /** Makes a directory again in place of one that was deleted: false when this was closed meanwhile. Rejects where that cannot be. */
  async retake(): Promise<boolean> {
    const slot = await retakeSlot(this.root, this.directory.device);
    if (this.closed) {
      slot.release();
      return false;
    }
    const before = { slot: this.slot, directory: this.directory };
    this.directory = new SyncedDirectory(slot.directory);
    this.slot = slot;
    before.slot.release();
    void before.directory.closeLater();
    return true;
  }

  close(): void {
    this.closed = true;
    this.directory.close();
    this.slot.release();
  }
}
