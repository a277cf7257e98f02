// What happened to the cluster: elections, members that came, went and failed.

import { element, keepChildren, setText } from './dom.js';
import { timeOfDay } from './format.js';

const kept = 200;
const bad = new Set(['leader_lost', 'member_failed', 'node_not_ready']);
const good = new Set(['leader_elected', 'member_recovered', 'member_promoted', 'node_ready']);
const marked = new Set(['leader_elected', 'leader_lost', 'member_failed', 'member_recovered']);

export class Events {
  #list;
  #known = [];

  constructor(list) {
    this.#list = list;
  }

  add(events) {
    const news = events.filter((event) => !this.#known.some((other) => other.id === event.id));
    if (news.length > 0) {
      this.#known = [...this.#known, ...news].sort((a, b) => a.id - b.id).slice(-kept);
    }
  }

  /** Those that stand out in a chart. */
  get marks() {
    return this.#known.filter((event) => marked.has(event.event)).map((event) => ({ id: event.id, at: Date.parse(event.time), level: levelOf(event), text: event.sentence }));
  }

  show() {
    const shown = this.#known.length > 0 ? [...this.#known].reverse() : [];
    if (shown.length === 0) {
      keepChildren(this.#list, [{ id: 'none' }], (item) => item.id, () => element('li', { class: 'empty' }, 'Nothing since this node was started.'), () => {});
      return;
    }

    keepChildren(this.#list, shown, (event) => event.id, create, () => {});
  }
}

function levelOf({ event }) {
  return bad.has(event) ? 'bad' : good.has(event) ? 'good' : 'plain';
}

function create(event) {
  const item = element('li', { class: levelOf(event) }, element('time', { datetime: event.time }), element('span'));
  setText(item.firstElementChild, timeOfDay(new Date(event.time)));
  setText(item.lastElementChild, event.sentence);
  return item;
}
