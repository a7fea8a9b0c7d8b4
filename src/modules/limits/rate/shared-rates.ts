import { RedisScript, type RedisConnection } from '../../../infrastructure/redis/index.js';
import type { RateCheck } from './local-rates.js';
import { PARTS, type RateAnswer } from './sliding-window.js';

type Reply = [allowed: number, limit: number, total: number, resetMs: number, retryMs: number];

/** As `SlidingWindow` and `LocalRates`, by the clock of Redis. A window is a hash of counts by parts. */
const TAKE = new RedisScript<Reply>(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local window, parts = tonumber(ARGV[1]), tonumber(ARGV[2])
local part_ms = window / parts
local part = math.floor(now / part_ms)
local function gone(from) return math.max(1, math.ceil((from + parts + 1) * part_ms - now)) end
local totals = {}
for i, key in ipairs(KEYS) do
  local counts = redis.call('HGETALL', key)
  local total, oldest, newest = 0, math.huge, -math.huge
  for at = 1, #counts, 2 do
    local its = tonumber(counts[at])
    if math.abs(its - part) > parts then redis.call('HDEL', key, counts[at])
    else
      total = total + tonumber(counts[at + 1])
      oldest = math.min(oldest, its)
      newest = math.max(newest, its)
    end
  end
  local limit = tonumber(ARGV[2 + i])
  if total >= limit then return { 0, limit, total, gone(newest), gone(oldest) } end
  totals[i] = total
end
local worst
for i, key in ipairs(KEYS) do
  redis.call('HINCRBY', key, string.format('%.0f', part), 1)
  redis.call('PEXPIRE', key, math.ceil(window + 2 * part_ms))
  local limit = tonumber(ARGV[2 + i])
  if not worst or limit - totals[i] - 1 < worst[2] - worst[3] then
    worst = { 1, limit, totals[i] + 1, gone(part), 0 }
  end
end
return worst`);

const PREFIX = 'citadel:rate:';

/** Limits that hold for all replicas together: one script in Redis decides. */
export class SharedRates {
  constructor(
    private readonly connection: RedisConnection,
    private readonly windowMs: number,
  ) {}

  /** Rejects while Redis is away. */
  async take(checks: readonly RateCheck[]): Promise<RateAnswer> {
    const keys = checks.map(({ key }) => PREFIX + key);
    const values = [this.windowMs, PARTS, ...checks.map(({ limit }) => limit)];
    const [allowed, limit, total, resetMs, retryMs] = await this.connection.run((client) =>
      TAKE.run(client, keys, values),
    );
    return { allowed: allowed === 1, limit, remaining: Math.max(0, limit - total), resetMs, retryMs };
  }
}
