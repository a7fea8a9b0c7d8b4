export interface SpokenEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data: unknown;
}

/** Events of frames as a client gets them, with their data parsed. Fails for whatever is no event of one data line. */
export function readEvents(frames: string): SpokenEvent[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(frames, 'latin1'));
  if (text === '') return [];
  if (!text.endsWith('\n\n')) throw new Error('the last event has no end');
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((block) => {
      const found = /^(?:id: (?<id>[^\r\n]+)\n)?(?:event: (?<event>\w+)\n)?data: (?<data>[^\r\n]+)$/.exec(
        block,
      );
      if (found === null) throw new Error(`not one event: ${block}`);
      const { id, event, data } = found.groups!;
      return { ...(id && { id }), ...(event && { event }), data: JSON.parse(data!) as unknown };
    });
}
