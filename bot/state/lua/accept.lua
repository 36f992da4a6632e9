-- Claims a message and puts it into its thread's inbox, as one step.
-- KEYS: claim, inbox, engaged. ARGV: entry, addressed (0/1), claim TTL, inbox TTL, engaged TTL (seconds).
-- Returns 1 when the message waits for a turn, now or since an earlier delivery; 0 when there is nothing to do.
local claim = redis.call('GET', KEYS[1])
if claim then
  return claim == 'waiting' and 1 or 0
end
if ARGV[2] == '0' and redis.call('EXISTS', KEYS[3]) == 0 then
  return 0
end
redis.call('SET', KEYS[1], 'waiting', 'EX', ARGV[3])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('SET', KEYS[3], '1', 'EX', ARGV[5])
return 1
