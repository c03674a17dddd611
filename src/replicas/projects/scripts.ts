import { Script } from '../../redis/script.js';

/** Another value in place of a hash is deleted. */
const HASHES = `
for _, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'hash' and kind ~= 'none' then redis.call('DEL', key) end
end
`;

/** Ends a turn. @returns whether a replica waits for the result */
const RELEASE = `
local function release(key, turn)
  if redis.call('HGET', key, 'owner') ~= turn then return 0 end
  local wanted = redis.call('HEXISTS', key, 'wanted')
  redis.call('DEL', key)
  return wanted
end
`;

/**
 * Fields and values from a cursor on, up to a number of bytes: a reply is at most twice as long. A short entry counts
 * with the minimum length of a useful one, which limits their number.
 */
const READ = `
local function read(key, cursor, most, longest)
  local found, bytes, seen = {}, 0, 0
  repeat
    local step = redis.call('HSCAN', key, cursor, 'COUNT', 32)
    cursor = step[1]
    for i = 1, #step[2], 2 do
      local size = math.max(256, #step[2][i] + #step[2][i + 1])
      seen = seen + size
      if size <= longest and bytes + size <= 2 * most then
        bytes = bytes + size
        found[#found + 1] = step[2][i]
        found[#found + 1] = step[2][i + 1]
      end
    end
  until cursor == '0' or seen >= most
  return { cursor, found }
end
`;

/**
 * All shared knowledge of a project, atomically.
 * KEYS turn, then hashes of facts (ARGV[1] of them), then pages. ARGV number of hashes, bytes of each hash, bytes of a
 * fact, bytes of a page, turn, its duration in milliseconds (0 for none), since when the first page is fresh; for each
 * hash its lifetime from now on, in milliseconds (0 is unlimited); for each page when it was checked and its etag.
 * @returns the state of the turn, the hashes as [cursor, [field, value, …]], and heads and bodies of the pages
 */
export const MEET = new Script(`${HASHES}${READ}
local hashes = tonumber(ARGV[1])
local facts = {}
for i = 1, hashes do
  local key, kept = KEYS[1 + i], tonumber(ARGV[7 + i])
  facts[i] = read(key, '0', tonumber(ARGV[2]), tonumber(ARGV[3]))
  if kept > 0 then redis.call('PEXPIRE', key, kept) end
end
local pages, first = {}, 0
for i = 1, #KEYS - 1 - hashes do
  local key, given = KEYS[1 + hashes + i], 7 + hashes + 2 * (i - 1)
  local had, tag = tonumber(ARGV[given + 1]), ARGV[given + 2]
  local at = tonumber(redis.call('HGET', key, 'at') or '') or 0
  if i == 1 then first = at end
  local head, body = '', ''
  if redis.call('HSTRLEN', key, 'head') <= 4096 then head = redis.call('HGET', key, 'head') or '' end
  local same = tag ~= '' and redis.call('HGET', key, 'tag') == tag
  if at > had and not same and redis.call('HSTRLEN', key, 'body') <= tonumber(ARGV[4]) then
    body = redis.call('HGET', key, 'body') or ''
  end
  pages[#pages + 1] = head
  pages[#pages + 1] = body
end
local state, lasts = 'none', tonumber(ARGV[6])
if lasts > 0 and first < tonumber(ARGV[7]) then
  local left = redis.call('PTTL', KEYS[1])
  if left == -1 or left > lasts then redis.call('DEL', KEYS[1]) end
  if redis.call('HSETNX', KEYS[1], 'owner', ARGV[5]) == 1 then
    redis.call('PEXPIRE', KEYS[1], lasts)
    state = 'ours'
  else
    redis.call('HSET', KEYS[1], 'wanted', '1')
    state = 'theirs'
  end
end
return { state, facts, pages }
`);

/** The rest of a hash. KEYS hash. ARGV cursor, bytes of the reply, bytes of a fact. */
export const READ_ON = new Script(`${HASHES}${READ}
return read(KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
`);

/**
 * Stores a page, unless a newer one was stored since. KEYS page, turn. ARGV turn, when it was checked, etag, head, body
 * (empty if it is unchanged), lifetime in milliseconds, the head before its upstream was queried.
 * @returns whether a replica waits for it
 */
export const PUT_PAGE = new Script(`${HASHES}${RELEASE}
local wanted = release(KEYS[2], ARGV[1])
local at = tonumber(redis.call('HGET', KEYS[1], 'at') or '') or 0
local head = ''
if redis.call('HSTRLEN', KEYS[1], 'head') <= 4096 then head = redis.call('HGET', KEYS[1], 'head') or '' end
if head == ARGV[7] or tonumber(ARGV[2]) > at then
  redis.call('HSET', KEYS[1], 'at', ARGV[2], 'tag', ARGV[3], 'head', ARGV[4])
  if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'body', ARGV[5]) end
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
end
return wanted
`);

/** Ends a turn without a result. KEYS turn. ARGV turn. @returns whether a replica waits for it */
export const END_TURN = new Script(`${HASHES}${RELEASE}
return release(KEYS[1], ARGV[1])
`);

/**
 * Stores a fact. A full hash is restarted, because its facts can be determined again. KEYS hash. ARGV field, value, the
 * hash's lifetime in milliseconds, its maximum number of fields and of bytes.
 */
export const REMEMBER = new Script(`${HASHES}
local key, field, value = KEYS[1], ARGV[1], ARGV[2]
local size = #field + #value
if redis.call('HEXISTS', key, field) == 1 then
  size = #value - redis.call('HSTRLEN', key, field)
elseif redis.call('HLEN', key) > tonumber(ARGV[4]) then
  redis.call('DEL', key)
end
local bytes = (tonumber(redis.call('HGET', key, 'bytes') or '') or 0) + size
if bytes > tonumber(ARGV[5]) then
  redis.call('DEL', key)
  bytes = #field + #value
end
redis.call('HSET', key, field, value, 'bytes', bytes)
redis.call('PEXPIRE', key, ARGV[3])
`);

/**
 * Pins, unless there is a pin. KEYS hash. ARGV field, value, maximum number of fields, bytes of a fact. @returns the
 * earlier pin
 */
export const PIN = new Script(`${HASHES}
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return false end
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then return false end
if redis.call('HSTRLEN', KEYS[1], ARGV[1]) > tonumber(ARGV[4]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  return false
end
return redis.call('HGET', KEYS[1], ARGV[1])
`);

/** Changes a pin. KEYS hash. ARGV field, present value, new value. */
export const CHANGE_PIN = new Script(`${HASHES}
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
`);
