-- Replaces the record of a schedule that has fired, unless it was fired, paused or deleted meanwhile.
-- KEYS: record. ARGV: the time it was read to be due at, the new record, its TTL in seconds.
-- Returns whether it was replaced (0/1).
local stored = redis.call('GET', KEYS[1])
if not stored then return 0 end
local record = cjson.decode(stored)
if record.paused or record.next_at ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
