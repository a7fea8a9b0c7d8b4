import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, ownIdentity, type ProcessIdentity, uniqueName } from './process-identity.js';

/** A holder in another container or on another machine shows that it lives by touching its file. */
const SIGN_OF_LIFE_EVERY_MS = 5_000;
const SIGN_OF_LIFE_LASTS_MS = 15_000;
const CONTENDERS_PAUSE_MS = 25;
const CONTENDERS_PATIENCE_MS = 10_000;
const SUFFIX = '.lock';

/** The directory belongs to a process that runs. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';

  constructor(
    readonly directory: string,
    readonly pid: number,
  ) {
    super(
      `The embedded database in ${directory} is in use by process ${pid}. Stop that process, or give this one ` +
        `another directory (CITADEL_DATA_DIR); several processes share a PostgreSQL server (DATABASE_URL).`,
    );
  }
}

interface Claim extends ProcessIdentity {
  /** `claims` looks whether it is alone, `holds` has looked. */
  readonly state: 'claims' | 'holds';
}

/**
 * One process at a time in a directory. Each claims with a file of a name never used again, and then looks for others:
 * of two that claim at once, the later sees the earlier, so both never go in. A dead claim is simply removed, as its
 * name cannot belong to anybody else by then.
 */
export class DirectoryLock {
  private readonly signsOfLife: NodeJS.Timeout;

  private constructor(private readonly file: string) {
    this.signsOfLife = setInterval(() => this.touch(), SIGN_OF_LIFE_EVERY_MS).unref();
  }

  /** Resolves as its holder. Throws DirectoryInUseError when somebody else is. */
  static async acquire(directory: string): Promise<DirectoryLock> {
    const giveUpAt = performance.now() + CONTENDERS_PATIENCE_MS;
    // On a full disk there is room for one claim where there was one before.
    removeDeadClaims(directory);
    for (;;) {
      const name = `${uniqueName()}${SUFFIX}`;
      const file = join(directory, name);
      writeClaim(file, 'claims');
      const winner = await this.contend(directory, name);
      if (winner === undefined) {
        confirmClaim(file);
        return new DirectoryLock(file);
      }
      rmSync(file, { force: true });
      if (winner.state === 'holds' || performance.now() > giveUpAt) {
        throw new DirectoryInUseError(directory, winner.pid);
      }
      await pause(CONTENDERS_PAUSE_MS * (1 + Math.random()));
    }
  }

  release(): void {
    clearInterval(this.signsOfLife);
    try {
      rmSync(this.file, { force: true });
    } catch {
      // On a file system that has become read-only it stays, and whoever comes next finds its holder dead.
    }
  }

  /** Nobody, or the one that goes before us. Among those that claim at once the first by name stays, the rest withdraws. */
  private static async contend(directory: string, name: string): Promise<Claim | undefined> {
    const giveUpAt = performance.now() + CONTENDERS_PATIENCE_MS;
    for (;;) {
      const others = livingClaims(directory).filter((other) => other.name !== name);
      if (others.length === 0) return undefined;
      const first =
        others.find(({ claim }) => claim.state === 'holds') ?? others.find((other) => other.name < name);
      if (first) return first.claim;
      if (performance.now() > giveUpAt) return others[0]?.claim;
      await pause(CONTENDERS_PAUSE_MS);
    }
  }

  private touch(): void {
    try {
      const now = timeAt(this.file);
      utimesSync(this.file, now, now);
    } catch {
      // Whoever removed the file or the directory has already decided.
    }
  }
}

const removeDeadClaims = (directory: string): void => void livingClaims(directory);

function livingClaims(directory: string): { name: string; claim: Claim }[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(SUFFIX))
    .flatMap((name) => {
      const file = join(directory, name);
      const claim = readClaim(file);
      if (claim && (isAlive(claim) ?? hasRecentSign(directory, file))) return [{ name, claim }];
      rmSync(file, { force: true });
      return [];
    });
}

/** Written whole or not at all: nobody reads half a claim. */
function writeClaim(file: string, state: Claim['state']): void {
  const claim: Claim = { ...ownIdentity(), state };
  const draft = `${file}.draft`;
  try {
    writeFileSync(draft, `${JSON.stringify(claim)}\n`, { flag: 'wx', mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Where there is no room for it others take longer to withdraw, and withdraw all the same. */
function confirmClaim(file: string): void {
  try {
    writeClaim(file, 'holds');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function readClaim(file: string): Claim | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Claim;
  } catch {
    // Withdrawn meanwhile, or emptied by a power cut.
    return undefined;
  }
}

function hasRecentSign(directory: string, file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && timeAt(directory).getTime() - stat.mtimeMs < SIGN_OF_LIFE_LASTS_MS;
}

/** Now, by the clock of the file system: those of two machines that share it may differ. */
function timeAt(path: string): Date {
  const here = new Date();
  try {
    utimesSync(path, here, here);
    return statSync(path).ctime;
  } catch {
    // It belongs to somebody else, or is gone.
    return here;
  }
}
