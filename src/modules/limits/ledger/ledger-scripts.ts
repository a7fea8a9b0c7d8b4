import { RedisScript } from '../../../infrastructure/redis/index.js';

// What the scripts keep in Redis:
//   slots: a sorted set of leases by the time at which they run out;
//   counters: a hash of `u`, used, `r`, reserved, and `of`, the run of the server in which `u` was looked up, and beside it a
//     sorted set of `lease:amount` by the same. After another start `u` may be of an earlier time.
// What ran out is given back by whoever looks next, so a process that is gone holds nothing for longer than its leases.
// A server without memory lets a script write that has begun with a command that takes away: each begins with one, and limits
// hold there too, for hardly any memory.

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function whole(number) return string.format('%.0f', number) end`;

/**
 * KEYS: slots, then counters. ARGV: lease, its time, run of the server (empty: not known), number of slots, prompt tokens, completion tokens; for each slot how many
 * there are; for each counter its limit, what a token of a prompt and of a completion counts, when it ends (0: never),
 * and what was used before (empty: not known). All or nothing.
 */
export const RESERVE = new RedisScript<(string | number)[]>(`${NOW}
local lease, lease_ms, run, slots = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local prompt, completion = tonumber(ARGV[5]), tonumber(ARGV[6])
for at = 1, slots do
  redis.call('ZREMRANGEBYSCORE', KEYS[at], '-inf', now)
  if redis.call('ZCARD', KEYS[at]) >= tonumber(ARGV[6 + at]) then return { 'slots' } end
end
local unknown, counters, granted, refused = { 'unknown' }, {}, completion, nil
for at = slots + 1, #KEYS do
  local key, arg = KEYS[at], 6 + slots + (at - slots - 1) * 5
  local ends = tonumber(ARGV[arg + 4])
  redis.call('ZREM', key .. ':leases', '')
  local used, of = redis.call('HGET', key, 'u'), redis.call('HGET', key, 'of')
  local known = used and (of == run or run == '')
  if not known and ARGV[arg + 5] == '' then table.insert(unknown, at - slots - 1)
  else
    if not known then
      used = whole(math.max(tonumber(ARGV[arg + 5]), tonumber(used or '0')))
      redis.call('HSET', key, 'u', used, 'of', run)
      if ends > 0 then redis.call('PEXPIREAT', key, whole(ends)) end
    end
    local reserved = tonumber(redis.call('HGET', key, 'r') or '0')
    for _, gone in ipairs(redis.call('ZRANGEBYSCORE', key .. ':leases', '-inf', now)) do
      local amount = tonumber(string.match(gone, ':(%d+)$'))
      redis.call('ZREM', key .. ':leases', gone)
      redis.call('HINCRBY', key, 'r', whole(-amount))
      reserved = reserved - amount
    end
    local limit, per_prompt, per_completion = tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2]), tonumber(ARGV[arg + 3])
    local left = limit - tonumber(used) - reserved
    local rest, allowed = left - prompt * per_prompt, completion
    if rest < 0 then allowed = -1
    elseif per_completion > 0 then allowed = math.min(completion, math.floor(rest / per_completion)) end
    if allowed < math.min(1, completion) and not refused then
      refused = { 'counter', at - slots - 1, whole(math.max(0, left)), whole(reserved) }
    end
    granted = math.min(granted, allowed)
    table.insert(counters, { key, per_prompt, per_completion, left, reserved, ends })
  end
end
if #unknown > 1 then return unknown end
if refused then return refused end
for at = 1, slots do
  redis.call('ZADD', KEYS[at], now + lease_ms, lease)
  redis.call('PEXPIRE', KEYS[at], lease_ms * 2)
end
local reply = { 'granted', granted }
for _, counter in ipairs(counters) do
  local key, amount = counter[1], math.ceil(prompt * counter[2] + granted * counter[3])
  redis.call('HINCRBY', key, 'r', whole(amount))
  redis.call('ZADD', key .. ':leases', now + lease_ms, lease .. ':' .. whole(amount))
  if counter[6] > 0 then
    redis.call('PEXPIREAT', key, whole(counter[6]))
    redis.call('PEXPIREAT', key .. ':leases', whole(counter[6]))
  end
  table.insert(reply, whole(math.max(0, counter[4] - amount)))
  table.insert(reply, whole(counter[5] + amount))
end
return reply`);

/**
 * KEYS: slots, then counters. ARGV: lease, number of slots, 1 where it may have been settled before; for each counter what was
 * reserved and what was used. What nothing is known of any more is not counted: its history will be asked.
 */
export const SETTLE = new RedisScript<number>(`${NOW}
local lease, slots, again = ARGV[1], tonumber(ARGV[2]), ARGV[3] == '1'
for at = 1, slots do redis.call('ZREM', KEYS[at], lease) end
for at = slots + 1, #KEYS do
  local key, arg = KEYS[at], 3 + (at - slots - 1) * 2
  local reserved, used = ARGV[arg + 1], ARGV[arg + 2]
  if redis.call('HEXISTS', key, 'u') == 1 then
    local held = redis.call('ZREM', key .. ':leases', lease .. ':' .. reserved) == 1
    if held then redis.call('HINCRBY', key, 'r', whole(-tonumber(reserved))) end
    if held or not again then redis.call('HINCRBY', key, 'u', used) end
  end
end
return 1`);

/** KEYS: one of slots or one counter. ARGV: the leases' time, 1 for a counter; then leases. Brings back what ran out. */
export const RENEW = new RedisScript<number>(`${NOW}
local ends, is_counter = now + tonumber(ARGV[1]), ARGV[2] == '1'
local leases = is_counter and KEYS[1] .. ':leases' or KEYS[1]
redis.call('ZREM', leases, '')
for at = 3, #ARGV do
  if redis.call('ZADD', leases, ends, ARGV[at]) == 1 and is_counter then
    redis.call('HINCRBY', KEYS[1], 'r', string.match(ARGV[at], ':(%d+)$'))
  end
end
if not is_counter then redis.call('PEXPIRE', leases, tonumber(ARGV[1]) * 2) end
return 1`);
