import { describe, expect, it } from 'vitest';
import type { FrameWriter } from '../../contracts/stream-dialect.js';
import { withEventIds } from './event-ids.js';
import { withRetry } from './retry.js';

const said = (what: string) => () => `data: ${what}\n\n`;
const WRITER: FrameWriter = {
  open: said('open'),
  piece: said('piece'),
  text: said('text'),
  reasoning: () => '',
  toolCall: () => 'id: 9\ndata: numbered\n\n',
  finished: () => 'event: complete\ndata: finished\n\nevent: close\ndata: closed\n\n',
  failed: said('failed'),
  cancelled: said('cancelled'),
};

describe(withEventIds.name, () => {
  const writer = withEventIds(WRITER, 'chatcmpl-1');

  it('names what a reader can come back after', () => {
    expect(writer.text('a', 0, 7)).toBe('id: chatcmpl-1:7\ndata: text\n\n');
    expect(writer.failed({ code: 'internal', message: '' }, { seq: 8 } as never)).toMatch(
      /^id: chatcmpl-1:8\n/,
    );
  });

  it('does not name the beginning, nor a piece that comes again as part of a text', () => {
    expect([writer.open(), writer.piece!('a', 0, 7)]).toEqual(['data: open\n\n', 'data: piece\n\n']);
  });

  it('names the last of several events, so that who has the name has them all', () => {
    expect(writer.finished({ seq: 9 } as never)).toBe(
      'event: complete\ndata: finished\n\nid: chatcmpl-1:9\nevent: close\ndata: closed\n\n',
    );
  });

  it('names nothing where nothing is said', () => expect(writer.reasoning('a', 0, 7)).toBe(''));

  it('puts its name in the place of a number, which is none to come back to', () => {
    expect(writer.toolCall({ index: 0, arguments: '' }, 0, 7)).toBe('id: chatcmpl-1:7\ndata: numbered\n\n');
  });

  it('gives no pieces to a reader whose writer says none', () => {
    const without = { ...WRITER, piece: undefined };
    expect(withEventIds(without, 'chatcmpl-1')).not.toHaveProperty('piece');
  });
});

describe(withRetry.name, () => {
  it('says first when to come back, not to all the same', () => {
    const times = Array.from({ length: 50 }, () => {
      const [, ms] = /^retry: (\d+)\ndata: open\n\n$/.exec(withRetry(WRITER, 3000).open())!;
      return Number(ms);
    });
    for (const ms of times) expect(ms >= 1500 && ms <= 3000).toBe(true);
    expect(new Set(times).size).toBeGreaterThan(1);
  });
});
