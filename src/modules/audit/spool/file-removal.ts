import { rmSync } from 'node:fs';

/** Removes files; what cannot be removed just now, as from a file system that has become read-only, it tries again. */
export class FileRemoval {
  private readonly left = new Set<string>();

  /** Hears why, when after all could be removed one cannot. */
  constructor(private readonly onFault: (error: unknown) => void) {}

  remove(path: string): void {
    try {
      rmSync(path, { force: true });
      this.left.delete(path);
    } catch (error) {
      if (this.left.size === 0) this.onFault(error);
      this.left.add(path);
    }
  }

  /** Tries what is left. */
  again(): void {
    for (const path of this.left) this.remove(path);
  }
}
