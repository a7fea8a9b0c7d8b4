// Taken at import, so that a test's fake timers do not stop the servers of this folder.
const schedule = globalThis.setImmediate;

/** Resolves after the event loop has polled its sockets once. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    schedule(resolve);
  });
}

/** Resolves after that many turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
