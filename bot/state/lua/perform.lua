-- Performs commands, all or none, if the caller is still the newest run of its scope. Besides those of the server there
-- is MOVE: a SET of a thread's head that counts only while the head is still at the turn it names first ('' for none),
-- and SETTLE: an HDEL of a field that counts only while what stands there is what it names.
-- KEYS: fence, lease, inbox, then the key of each command.
-- ARGV: the caller's fence, lease (milliseconds), what becomes of the lease after the commands ("hold"; "end": let
-- it go when nothing waits; "leave": let it go; "renew": hold it unless it was let go, perhaps a moment ago), then for each command the number of its words and the words but its key.
-- Returns how many entries the inbox has, or -1 when there is a newer run.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return -1
end

local function is_at(head, turn)  -- one that cannot be read is at none, as for the caller
  local readable, stored = pcall(cjson.decode, redis.call('GET', head) or '')
  local at = readable and type(stored) == 'table' and stored.turn
  return (type(at) == 'string' and at or '') == turn
end

local word = 4
for number = 4, #KEYS do
  local words = tonumber(ARGV[word])
  local command = {ARGV[word + 1], KEYS[number]}
  for offset = 2, words do
    command[#command + 1] = ARGV[word + offset]
  end
  if command[1] == 'MOVE' then
    if is_at(command[2], command[3]) then redis.call('SET', command[2], unpack(command, 4)) end
  elseif command[1] == 'SETTLE' then
    if redis.call('HGET', command[2], command[3]) == command[4] then redis.call('HDEL', command[2], command[3]) end
  else
    redis.call(unpack(command))
  end
  word = word + words + 1
end
local waiting = redis.call('LLEN', KEYS[3])
if ARGV[3] == 'leave' or (ARGV[3] == 'end' and waiting == 0) then
  redis.call('DEL', KEYS[2])
elseif ARGV[3] == 'renew' then
  if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
else
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
end
return waiting
