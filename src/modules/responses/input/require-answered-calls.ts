import { GatewayError } from '../../../common/errors/gateway.error.js';
import { isCall, isCallOutput, type InputItem } from './input-item.js';

/** Throws for what a tool gave when nobody called it: no backend could tell what it belongs to. */
export function requireAnsweredCalls(context: readonly InputItem[], input: readonly InputItem[]): void {
  const called = new Set(context.flatMap((item) => (isCall(item) ? [item.call_id] : [])));
  for (const [index, item] of input.entries()) {
    if (isCall(item)) called.add(item.call_id);
    if (!isCallOutput(item) || called.has(item.call_id)) continue;
    const param = `input[${index}].call_id`;
    throw new GatewayError('invalid_value', `${param} names no call that stands before it`, { param });
  }
}
