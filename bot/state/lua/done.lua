-- Takes the oldest message out of its thread's inbox, if it is still the one that was answered.
-- Compared by its id, since another release may write the same message differently.
-- KEYS: claim, inbox. ARGV: message id, claim TTL (seconds).
local oldest = redis.call('LINDEX', KEYS[2], 0)
if oldest and cjson.decode(oldest).message == ARGV[1] then
  redis.call('LPOP', KEYS[2])
end
redis.call('SET', KEYS[1], 'done', 'EX', ARGV[2])
return 1
