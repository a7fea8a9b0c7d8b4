/** The data lines of frames as a client gets them: parsed, or the bare word. Fails for anything but `data:` lines. */
export function readFrames(frames: string): unknown[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(frames, 'latin1'));
  if (text === '') return [];
  if (!text.endsWith('\n\n')) throw new Error('the last frame has no end');
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((frame) => {
      if (!/^data: [^\r\n]+$/.test(frame)) throw new Error(`not one data line: ${frame}`);
      const data = frame.slice('data: '.length);
      return data === '[DONE]' ? data : (JSON.parse(data) as unknown);
    });
}
