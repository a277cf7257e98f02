// What the page asks of a node about keys.

const timeout = 6000;

export class RequestFailed extends Error {
  constructor(sentence, code) {
    super(sentence);
    this.code = code;
  }
}

/** A page of keys, as the node has them. */
export async function listKeys(origin, prefix, after, limit) {
  const parameters = new URLSearchParams({ prefix, after, limit });

  // In these URLs a plus is a plus.
  const response = await send(`${origin}/v1/dashboard/keys?${parameters.toString().replaceAll('+', '%20')}`);
  return response.json();
}

/** The value with what is known of it, or null if there is no such key. Without a leader, what the node has. */
export async function readKey(origin, key) {
  try {
    return await read(origin, key, 'linearizable');
  } catch (failure) {
    if (failure.code === 'no_leader' || failure.code === 'timeout') {
      return read(origin, key, 'stale');
    }

    throw failure;
  }
}

export async function setKey(origin, key, value) {
  await send(urlOf(origin, key), { method: 'PUT', body: new Blob([value]) });
}

export async function deleteKey(origin, key) {
  await send(urlOf(origin, key), { method: 'DELETE' });
}

async function read(origin, key, consistency) {
  const response = await send(`${urlOf(origin, key)}?consistency=${consistency}`);
  return response.status === 204 ? null : {
    bytes: new Uint8Array(await response.arrayBuffer()),
    revision: response.headers.get('ETag')?.replaceAll('"', '') ?? null,
    consistency: response.headers.get('Keva-Consistency') ?? consistency,
    age: response.headers.get('Keva-Age'),
    node: response.headers.get('Keva-Node'),
  };
}

function urlOf(origin, key) {
  if (key === '.' || key === '..' || key.includes('\0')) {
    throw new RequestFailed('A browser cannot name this key in a URL; use keva kv.', 'bad_request');
  }

  return `${origin}/v1/storage/key/${encodeURIComponent(key)}`;
}

async function send(url, options = {}) {
  let response;
  try {
    response = await fetch(url, { ...options, cache: 'no-store', signal: AbortSignal.timeout(timeout) });
  } catch (problem) {
    throw problem.name === 'TimeoutError'
      ? new RequestFailed('There was no answer in time.', 'timeout')
      : new RequestFailed('The node does not answer.', 'unreachable');
  }

  if (response.ok) {
    return response;
  }

  const { error, code } = await response.json().catch(() => ({}));
  throw new RequestFailed(error ?? `The node answered ${response.status}.`, code);
}
