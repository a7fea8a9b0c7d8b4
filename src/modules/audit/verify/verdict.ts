/** What can be wrong with a chain. */
export const PROBLEMS = [
  'altered',
  'missing',
  'unexpected',
  'relinked',
  'cut',
  'checkpoint_mismatch',
  'checkpoint_invalid',
  'tombstone_invalid',
  'head_mismatch',
  'key_missing',
  'key_wrong',
  'projection_differs',
] as const;

export type Problem = (typeof PROBLEMS)[number];

/** The first thing found wrong. */
export interface Finding {
  /**
   * The first entry that is not what it was, or the first of those among which it is. Of a readable row that belongs to no
   * entry: the last there is, for all of them are as they were.
   */
  readonly seq: number;
  /** The last of those among which it is. */
  readonly through?: number;
  readonly problem: Problem;
  readonly detail: string;
  readonly conversationId?: number;
}

export interface SoundChain {
  readonly ok: true;
  readonly tenant: string;
  /** How many were checked, and which. None: all three are 0. */
  readonly entries: number;
  readonly first: number;
  readonly last: number;
  /** Of the last entry. */
  readonly link: Buffer;
  /** How many signed checkpoints agree. */
  readonly checkpoints: number;
}

export interface UnsoundChain extends Finding {
  readonly ok: false;
  readonly tenant: string;
  /** How many entries had been found right by then. */
  readonly checked: number;
}

export type Verdict = SoundChain | UnsoundChain;
