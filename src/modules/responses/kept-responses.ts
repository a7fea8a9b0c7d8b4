import type { InputItem } from './input/input-item.js';
import type { ResponseEcho } from './response-echo.js';

/** What is kept of a response besides its log. */
export interface KeptResponse {
  /** Whose it is. */
  readonly tenant: string;
  /** Who asked, as the record has it. */
  readonly user: string;
  readonly echo: ResponseEcho;
  /** All that stood before it, with the items of earlier responses. */
  readonly items: readonly InputItem[];
  readonly background: boolean;
}

interface Slot {
  readonly tenant: string;
  readonly json: Buffer;
  /** Set once the response has ended. */
  readonly endedAt: number | undefined;
}

/** What a slot takes besides its text, about. */
const SLOT_BYTES = 256;

/**
 * What was asked in the responses that can be read again, as long as their logs are: bounded by bytes and by the time
 * since their end. Under pressure the oldest go first. They lie as bytes outside of the heap.
 */
export class KeptResponses {
  private readonly slots = new Map<string, Slot>();
  private bytes = 0;

  constructor(
    private readonly maxBytes: number,
    private readonly ttlMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  add(id: string, response: KeptResponse, ended: boolean): void {
    this.put(id, {
      tenant: response.tenant,
      json: Buffer.from(JSON.stringify(response)),
      endedAt: ended ? this.now() : undefined,
    });
    this.makeRoom();
  }

  /** From now on its time counts. Whether it is kept. */
  ended(id: string): boolean {
    const slot = this.slots.get(id);
    if (slot === undefined) return false;
    this.delete(id);
    this.put(id, { ...slot, endedAt: this.now() });
    return true;
  }

  find(id: string): KeptResponse | undefined {
    const json = this.slotOf(id)?.json;
    return json && (JSON.parse(json.toString()) as KeptResponse);
  }

  /** As it is kept, and whose it is. */
  slotOf(id: string): { readonly tenant: string; readonly json: Buffer } | undefined {
    const slot = this.slots.get(id);
    return slot === undefined || this.isExpired(slot) ? undefined : slot;
  }

  delete(id: string): void {
    const slot = this.slots.get(id);
    if (slot === undefined) return;
    this.slots.delete(id);
    this.bytes -= bytesOf(slot);
  }

  private put(id: string, slot: Slot): void {
    this.slots.set(id, slot);
    this.bytes += bytesOf(slot);
  }

  private makeRoom(): void {
    for (const [id, slot] of this.slots) {
      if (this.bytes <= this.maxBytes && !this.isExpired(slot)) return;
      this.delete(id);
    }
  }

  private isExpired({ endedAt }: Slot): boolean {
    return endedAt !== undefined && endedAt <= this.now() - this.ttlMs;
  }
}

const bytesOf = ({ json }: Slot): number => json.length + SLOT_BYTES;
