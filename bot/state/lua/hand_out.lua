-- Takes back steps that were handed out, then hands out those that are due. By the server's own time.
-- KEYS: due. ARGV: for how long they are handed out (seconds), how many at most, TTL of the key (seconds); then for
-- each that is taken back its name, the mark it was handed out with, and the seconds until its next step ('' for none).
-- One whose mark has changed was made due meanwhile, or handed out to another, and stays as it is.
-- Returns the mark of those that are handed out now, and their names.
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
for word = 4, #ARGV, 3 do
  local name, mark, seconds = ARGV[word], ARGV[word + 1], ARGV[word + 2]
  if redis.call('ZSCORE', KEYS[1], name) == mark then
    if seconds == '' then
      redis.call('ZREM', KEYS[1], name)
    else
      redis.call('ZADD', KEYS[1], string.format('%.6f', now + seconds), name)
    end
  end
end
local names = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.6f', now), 'LIMIT', 0, ARGV[2])
if #names == 0 then return {'', names} end
for _, name in ipairs(names) do
  redis.call('ZADD', KEYS[1], string.format('%.6f', now + ARGV[1]), name)
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return {redis.call('ZSCORE', KEYS[1], names[1]), names}
