-- KEYS: seat. ARGV: who leaves. Nothing happens when it is somebody else's by now.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
