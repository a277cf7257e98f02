// What happened to the cluster: elections, members that came, went and failed.

import { element, keepChildren, setText } from './dom.js';
import { timeOfDay } from './format.js';

const bad = new Set(['leader_lost', 'member_failed', 'node_not_ready']);
const good = new Set(['leader_elected', 'member_recovered', 'member_promoted', 'node_ready']);
const marked = new Set(['leader_elected', 'leader_lost', 'member_failed', 'member_recovered']);

export class Events {
  #list;
  #known = [];

  constructor(list) {
    this.#list = list;
  }

  /** Those that stand out in a chart. */
  get marks() {
    return this.#known.filter((event) => marked.has(event.event)).map((event) => ({ id: event.id, at: Date.parse(event.time), level: levelOf(event), text: event.sentence }));
  }

  /** @param events in the order in which they happened */
  show(events) {
    this.#known = events;
    const shown = events.length > 0 ? [...events].reverse() : [{ id: 'none' }];

    // Another node may have noted something else at the same moment.
    keepChildren(this.#list, shown, ({ id, sentence }) => `${id} ${sentence}`, (event) => (event.id === 'none' ? createNothing() : create(event)), () => {});
  }
}

function createNothing() {
  return element('li', { class: 'empty' }, 'Nothing since this node was started.');
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
