-- KEYS: seat. ARGV: who asks, milliseconds it is theirs. Gives 1 when it is theirs now, 0 when somebody else has it.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
