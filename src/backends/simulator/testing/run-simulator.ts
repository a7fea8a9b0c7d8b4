import type { BackendCall } from '../../../contracts/model-backend.js';
import { SimulatorBackend } from '../backend.js';
import { ManualScheduler } from './manual-scheduler.js';
import { RecordingSink } from './recording-sink.js';
import { toRequest, type RequestParts } from './to-request.js';

export interface Run {
  readonly sink: RecordingSink;
  readonly scheduler: ManualScheduler;
  readonly call: BackendCall;
}

/** Starts an answer; no time has passed yet. */
export function startSimulator(model: string, parts?: RequestParts): Run {
  const scheduler = new ManualScheduler();
  const sink = new RecordingSink();
  const call = new SimulatorBackend('simulator', scheduler).generate(toRequest(model, parts), sink);
  return { sink, scheduler, call };
}

/** A whole answer. An hour is enough for any. */
export function runSimulator(model: string, parts?: RequestParts): RecordingSink {
  const { sink, scheduler } = startSimulator(model, parts);
  scheduler.pass(3_600_000);
  return sink;
}
