-- KEYS: workers. ARGV: name, seconds after which a worker that is silent is forgotten.
local now = tonumber(redis.call('TIME')[1])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. (now - ARGV[2]))
redis.call('EXPIRE', KEYS[1], ARGV[2])
