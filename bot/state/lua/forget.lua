-- Takes a thread out of the index of threads, unless something was said in it since the caller looked.
-- KEYS: index. ARGV: thread, its score then.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) == tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return 1
