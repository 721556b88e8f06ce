/** The scripts that the server runs. They use its clock, so that the clocks of the gateways do not matter. */
import { hash } from 'node:crypto';

export interface Script {
  readonly text: string;
  readonly sha: string;
}

// Redis names scripts by SHA-1.
const script = (text: string): Script => ({ text, sha: hash('sha1', text) });

/**
 * Charges several buckets, or none if one refuses. The first key has the gateways; each other key has five arguments:
 * rate, capacity, cost, least level, lifetime. Numbers with fractions go as text, because a reply has only integers.
 *
 * A request may be early by a rounding error: two microseconds.
 */
export const CHARGE = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local allowed = 1
local levels = {}
for i = 2, #KEYS do
  local at = (i - 2) * 5
  local rate = tonumber(ARGV[at + 1])
  local state = tonumber(redis.call('GET', KEYS[i]) or '0') or 0
  local level = math.max(0, tonumber(ARGV[at + 4]), state - now * rate)
  if level + ARGV[at + 3] > ARGV[at + 2] + rate * 0.002 then allowed = 0 end
  levels[i] = level
end
local reply = { allowed, redis.call('ZCARD', KEYS[1]) }
for i = 2, #KEYS do
  local at = (i - 2) * 5
  local rate = tonumber(ARGV[at + 1])
  local level = levels[i] + allowed * ARGV[at + 3]
  if level > 0 then
    local lifetime = tonumber(ARGV[at + 5])
    if rate > 0 then lifetime = math.ceil(level / rate) + 1 end
    redis.call('SET', KEYS[i], string.format('%.17g', now * rate + level), 'PX', string.format('%.0f', lifetime))
  end
  reply[i + 1] = string.format('%.17g', level)
end
return reply`);

/** Announces a gateway, forgets those that are gone, and returns how many are left. */
export const SEEN = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])`);
