-- Claims what somebody did and puts it into its thread's inbox, as one step; and tells the run of the thread, if any.
-- Platforms deliver more than once and in any order, so nothing here relies on what came before.
-- KEYS: claim, inbox, engaged, lease, claim of the message's first version, turn, early ones, newest revision.
-- ARGV: entry, kind (said, pressed, edited, deleted), addressed (0/1), thread, message, revision,
-- TTLs in seconds of a claim, an inbox, engagement and early ones.
-- Returns 1 when somebody has to be woken for it, 2 when a run of the thread has been told, 0 when it counts for nothing,
-- -1 when the inbox takes no more.
local claim, inbox, engaged, lease, first, turn, early, newest = unpack(KEYS)
local entry, kind, addressed, thread, message, revision = unpack(ARGV)
local claim_ttl, inbox_ttl, engaged_ttl, early_ttl = ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local claims = string.sub(first, 1, #first - #message)
local MOST_EARLY, MOST_WAITING = 20, 200

local function older(one, other)
  if #one ~= #other then return #one < #other end
  return one < other
end

local function comes_before(one, other)
  if one.message == other.message then return older(one.revision, other.revision) end
  return older(one.message, other.message)
end

local function push_last(text)
  redis.call('RPUSH', inbox, text)
  redis.call('EXPIRE', inbox, inbox_ttl)
end

-- Before what was said later; but never before what is at work, nor before a button that was pressed meanwhile.
local function push_in_order(text)
  local said = cjson.decode(text)
  local waiting = redis.call('LRANGE', inbox, redis.call('EXISTS', lease), -1)
  local at = nil
  for number = #waiting, 1, -1 do
    local readable, other = pcall(cjson.decode, waiting[number])  -- another release may write in another way
    readable = readable and type(other) == 'table' and type(other.message) == 'string'
    if not readable or other.silent or not (other.deleted or comes_before(said, other)) then break end
    if not other.deleted then at = waiting[number] end
  end
  if not at then return push_last(text) end
  redis.call('LINSERT', inbox, 'BEFORE', at, text)
end

local function keep_as_early()
  redis.call('RPUSH', early, entry)
  redis.call('LTRIM', early, -MOST_EARLY, -1)
  redis.call('EXPIRE', early, early_ttl)
  return 0
end

local function is_deleted(name)
  return redis.call('EXISTS', claims .. name .. '@deleted') == 1
end

-- What was delivered before the message that makes it count: what was said since then, and edits of what is known.
local function push_early(revised)
  for _, text in ipairs(redis.call('LRANGE', early, 0, -1)) do
    local said = cjson.decode(text)
    local id = revised and said.message .. '@' .. said.revision or said.message
    local fits = (said.revision ~= '') == revised and not older(said.message, message) and not is_deleted(said.message)
    if fits and (not revised or redis.call('EXISTS', claims .. said.message) == 1) then
      redis.call('LREM', early, 1, text)
      if redis.call('SET', claims .. id, 'waiting', 'EX', claim_ttl, 'NX') then push_in_order(text) end
    end
  end
end

local known = redis.call('GET', claim)
if known then
  if known ~= 'waiting' then return 0 end
  return redis.call('EXISTS', lease) == 0 and 1 or 2
end
local ours = redis.call('EXISTS', first) == 1 or redis.call('EXISTS', turn) == 1
local is_engaged = redis.call('EXISTS', engaged) == 1

if (kind == 'said' or kind == 'edited') and redis.call('LLEN', inbox) >= MOST_WAITING then return -1 end

if kind == 'deleted' then
  redis.call('SET', claim, ours and 'waiting' or 'done', 'EX', claim_ttl)
  if not ours then return 0 end
  push_last(entry)
elseif kind == 'pressed' then
  if not is_engaged then return 0 end
  push_last(entry)
elseif is_deleted(message) then
  return 0
elseif kind == 'edited' then
  local latest = redis.call('GET', newest)
  if latest and older(revision, latest) then return 0 end
  redis.call('SET', newest, revision, 'EX', claim_ttl)
  if not ours and addressed == '0' then return keep_as_early() end
  redis.call('SET', first, 'done', 'EX', claim_ttl, 'NX')
  push_in_order(entry)
else
  if addressed == '0' and not is_engaged then return keep_as_early() end
  push_in_order(entry)
end
redis.call('SET', claim, 'waiting', 'EX', claim_ttl)
if kind == 'said' or kind == 'edited' then
  redis.call('SET', engaged, '1', 'EX', engaged_ttl)
  push_early(false)
  push_early(true)
end
if redis.call('EXISTS', lease) == 1 then
  redis.call('PUBLISH', 'parley:news', thread)
  return 2
end
return 1
