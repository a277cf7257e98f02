// Streams of pictures from the members. The page has one open to each that it may talk to, so that when a node dies, the one
// that the page came from included, the others are there already.

const silenceLimit = 3500; // a node sends a picture each second
const firstRetry = 500;
const longestRetry = 5000;
const mostStreams = 9;
const keptEvents = 200;

export class Connections {
  #streams = new Map();
  #ownOrigin;
  #others;
  #onPicture;
  #primary = null;

  /**
   * @param ownOrigin where the page came from
   * @param others the members' origins that the page may connect to; one of them may be the page's own node by another name
   * @param onPicture called when a picture has come, or a node has gone
   */
  constructor(ownOrigin, others, onPicture) {
    this.#ownOrigin = ownOrigin;
    this.#others = others.filter((origin) => origin !== ownOrigin).slice(0, mostStreams);
    this.#onPicture = onPicture;
    this.#streamTo(ownOrigin);
    document.addEventListener('visibilitychange', () => this.#onVisibility());
  }

  /** The latest pictures of the nodes that answer, by the nodes' ids. */
  get pictures() {
    return new Map(this.#live().map((stream) => [stream.picture.node_id, stream.picture]));
  }

  /**
   * Whose view counts, and where requests go: the node that the page came from as long as it answers, then another that does.
   * Has its origin, its latest picture, and the events that it told.
   */
  get primary() {
    return this.#primary;
  }

  /** To be called each second: finds who has fallen silent, and tries those again that may be back. */
  tick() {
    const now = performance.now();
    for (const stream of this.#streams.values()) {
      if (stream.source && now - stream.heardAt > silenceLimit) {
        this.#fail(stream);
      }
    }

    if (this.#streams.get(this.#ownOrigin).failures > 0 || this.#live().length > 0) {
      this.#others.forEach((origin) => this.#streamTo(origin));
    }

    for (const stream of this.#streams.values()) {
      if (!stream.source && now >= stream.retryAt && this.#mayAnswer(stream)) {
        this.#open(stream);
      }
    }
  }

  #streamTo(origin) {
    // Before the first picture it is not known which of the others is the page's own node.
    if (!this.#streams.has(origin) && !this.#isOwnByAnotherName(origin)) {
      const stream = { origin, source: null, picture: null, events: [], heardAt: 0, failures: 0, retryAt: 0 };
      this.#streams.set(origin, stream);
      this.#open(stream);
    }
  }

  #isOwnByAnotherName(origin) {
    const picture = this.#streams.get(this.#ownOrigin)?.picture;
    const self = picture?.members.find((member) => member.id === picture.node_id);
    return self !== undefined && origin !== this.#ownOrigin && origin === `http://${self.http_address}`;
  }

  #open(stream) {
    const source = new EventSource(`${stream.origin}/v1/dashboard?since=${stream.events.at(-1)?.id ?? 0}`);
    stream.source = source;
    stream.heardAt = performance.now();
    source.addEventListener('picture', (message) => {
      stream.heardAt = performance.now();
      stream.failures = 0;
      stream.picture = JSON.parse(message.data);
      stream.events = [...stream.events, ...stream.picture.events].slice(-keptEvents);
      this.#choosePrimary();
      this.#onPicture();
    });
    source.onerror = () => this.#fail(stream);
  }

  #fail(stream) {
    stream.source?.close();
    stream.source = null;
    stream.picture = null;
    stream.retryAt = performance.now() + Math.min(firstRetry * 2 ** stream.failures, longestRetry);
    stream.failures += 1;
    this.#choosePrimary();
    this.#onPicture();
  }

  // While somebody answers, there is no use in asking those that are known to be down.
  #mayAnswer(stream) {
    const others = this.#live();
    const address = stream.origin.slice('http://'.length);
    const lines = others.flatMap(({ picture }) => picture.members.filter((member) => member.http_address === address));
    return lines.length === 0 || lines.some((member) => member.status !== 'failed');
  }

  #choosePrimary() {
    const live = this.#live();
    if (!live.includes(this.#primary)) {
      this.#primary = live.find((stream) => stream.picture.leader === stream.picture.node) ?? live[0] ?? null;
    }
  }

  #live() {
    return [...this.#streams.values()].filter((stream) => stream.picture !== null);
  }

  // Nobody looks: nothing is sent. A browser has six connections to a node for all of its pages.
  #onVisibility() {
    for (const stream of this.#streams.values()) {
      stream.source?.close();
      stream.source = null;
      stream.failures = 0;
      stream.retryAt = 0;
    }

    if (!document.hidden) {
      this.tick();
    }
  }
}
