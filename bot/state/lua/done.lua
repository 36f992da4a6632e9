-- Takes the oldest message out of its thread's inbox, if it is still the one that was answered.
-- KEYS: claim, inbox. ARGV: entry, claim TTL (seconds).
if redis.call('LINDEX', KEYS[2], 0) == ARGV[1] then
  redis.call('LPOP', KEYS[2])
end
redis.call('SET', KEYS[1], 'done', 'EX', ARGV[2])
return 1
