-- Lets a task run if its person and its team have room; else it waits in line: first among those of its person, and in
-- the team's line only once its person has room, so that nobody stands there for whom it is too early.
-- KEYS: running of the person, running of the team, line of the person, line of the team.
-- ARGV: task, now, when its time is over (seconds since 1970), most of a person, most of a team, TTL (seconds).
-- Returns how many wait before it, -1 when it may run; and how many of its person run when that is why, else 0.
local task, now, over, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[6]
for number = 1, 2 do
  redis.call('ZREMRANGEBYSCORE', KEYS[number], '-inf', now)
end
if redis.call('ZSCORE', KEYS[2], task) then return {-1, 0} end
for number = 1, 2 do
  local running, line, most = KEYS[number], KEYS[number + 2], tonumber(ARGV[number + 3])
  redis.call('ZADD', line, 'NX', now, task)
  redis.call('EXPIRE', line, ttl)
  local before, busy = redis.call('ZRANK', line, task), redis.call('ZCARD', running)
  if before >= most - busy then return {before, number == 1 and busy or 0} end
end
for number = 1, 2 do
  redis.call('ZREM', KEYS[number + 2], task)
  redis.call('ZADD', KEYS[number], over, task)
  redis.call('EXPIRE', KEYS[number], ttl)
end
return {-1, 0}
