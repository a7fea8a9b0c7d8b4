import { GatewayError } from '../../../common/errors/gateway.error.js';
import { toTokenCounts } from '../../agent-tasks/index.js';
import type { RunStep, Step } from '../step-runner.js';

/** Steps that say what they were given and run no model. Agents whose names begin with `bad` fail. */
export class FakeSteps {
  readonly asked: Step[] = [];
  /** Most that ran at a time. */
  most = 0;
  private running = 0;

  readonly run: RunStep = async (step) => {
    const { call, index, phase } = step;
    this.asked.push(step);
    this.most = Math.max(this.most, ++this.running);
    await Promise.resolve();
    this.running--;
    const about = { ...call, ...(phase && { phase }), generation_id: `g${index}`, model: 'm' };
    const cost = { usage: toTokenCounts({}), durationMs: 0 };
    if (!call.agent.startsWith('bad'))
      return {
        result: { ...about, success: true, output: `${call.agent} ${index}`, finish_reason: 'stop', ...cost },
      };
    const error = new GatewayError('upstream_error', `${call.agent} broke`);
    const { code, message } = error;
    const failed = { success: false, output: null, finish_reason: null };
    return { result: { ...about, ...failed, ...cost, error: { code, message } }, error };
  };
}
