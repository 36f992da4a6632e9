-- Makes the caller the one run of a scope, unless another one holds it.
-- KEYS: fence, lease, inbox, taker. ARGV: lease (milliseconds), fence TTL (seconds), must have entries (0/1), attempt.
-- Returns the fence and the entries of the inbox, oldest first; nothing when there is nothing to do. The same attempt
-- again, whose answer was lost, gets the same.
local entries = redis.call('LRANGE', KEYS[3], 0, -1)
if redis.call('EXISTS', KEYS[2]) == 1 then
  if redis.call('GET', KEYS[4]) ~= ARGV[4] then return false end
  return {redis.call('GET', KEYS[1]), entries}
end
if #entries == 0 and ARGV[3] == '1' then
  return false
end
local fence = redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], fence, 'PX', ARGV[1])
redis.call('SET', KEYS[4], ARGV[4], 'PX', ARGV[1])
return {fence, entries}
