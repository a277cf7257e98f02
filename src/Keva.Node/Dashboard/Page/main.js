// Puts the page together: pictures come in, and each part shows what it is about.

import { Chart } from './chart.js';
import { clusterOf } from './cluster.js';
import { Connections } from './connections.js';
import { byId, element, keepChildren, setAttribute, setText } from './dom.js';
import { Events } from './events.js';
import { bytes, count, milliseconds, nothing, rate, shortMilliseconds, shortRate } from './format.js';
import { History } from './history.js';
import { KeyBrowser } from './keys.js';
import { Ring } from './ring.js';
import { showDisks, showMembers } from './tables.js';
import { verdictOf } from './verdict.js';

const allowed = document.querySelector('meta[name=keva-members]').content.split(' ').filter((origin) => origin !== '');
const connections = new Connections(location.origin, allowed, onPicture);
const ring = new Ring(byId('ring'));
const history = new History();
const events = new Events(byId('events'));
const traffic = new Chart(byId('traffic'), [
  { name: 'reads', className: 'first', value: (point) => point.readRate },
  { name: 'writes', className: 'second', value: (point) => point.writeRate, note: noteOnFailures },
], rate, shortRate);
const latency = new Chart(byId('latency'), [
  { name: 'reads', className: 'first', value: (point) => point.readLatency, note: (point) => noteOnMedian(point.readMedian) },
  { name: 'writes', className: 'second', value: (point) => point.writeLatency, note: (point) => noteOnMedian(point.writeMedian) },
], milliseconds, shortMilliseconds);
const browser = new KeyBrowser(() => connections.primary?.origin ?? location.origin);
let leaderlessSince = null;
let isDrawing = false;

function onPicture() {
  // Several nodes send at about the same time.
  if (!isDrawing) {
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      draw();
    });
  }
}

function draw() {
  const { pictures, primary } = connections;
  if (primary === null) {
    showSilence();
    return;
  }

  const cluster = clusterOf(pictures, primary.picture);
  setAttribute(byId('overview'), 'data-stale', null);
  noteLeader(cluster);
  const verdict = verdictOf(cluster, leaderlessSince === null ? 0 : performance.now() - leaderlessSince);
  showVerdict(verdict);
  showFigures(cluster);
  setText(byId('cluster-name'), `cluster ${cluster.name}`);
  setText(byId('source-text'), `live from ${cluster.seenBy}`);
  setText(byId('events-by'), `as ${cluster.seenBy} saw it`);
  setAttribute(byId('source'), 'data-level', 'good');
  document.title = `${verdict.level === 'good' ? '' : '⚠ '}${cluster.name} · Keva`;
  ring.show(cluster);
  showMembers(byId('members'), cluster);
  showDisks(byId('disks'), cluster);
  events.show(primary.events);
}

function noteOnFailures({ failureRate }) {
  return failureRate > 0 ? { text: `${rate(failureRate)} refused or failed`, level: 'bad' } : null;
}

function noteOnMedian(median) {
  return median === null ? null : { text: `median ${milliseconds(median)}`, level: null };
}

function noteLeader(cluster) {
  if (cluster.leader?.isUp) {
    leaderlessSince = null;
  } else {
    leaderlessSince ??= performance.now();
  }
}

function showSilence() {
  setAttribute(byId('overview'), 'data-stale', '');
  setAttribute(byId('source'), 'data-level', 'bad');
  setText(byId('source-text'), 'no node answers');
  showVerdict({
    level: 'bad',
    headline: 'No node answers this page',
    advice: 'What you see below is old. The page tries every member again and again, and goes on by itself.',
    problems: [],
  });
}

function showVerdict({ level, headline, advice, problems }) {
  setAttribute(byId('verdict'), 'data-level', level);
  setText(byId('headline'), headline);
  setText(byId('advice'), advice);
  byId('problems').hidden = problems.length === 0;
  keepChildren(byId('problems'), problems, ({ text }) => text, () => element('li', {}, element('i', { class: 'dot', 'aria-hidden': 'true' }), element('span'), element('span', { class: 'quiet' })), (item, problem) => {
    setAttribute(item, 'data-level', problem.level);
    setText(item.children[1], problem.text);
    setText(item.children[2], problem.hint);
  });
}

function showFigures(cluster) {
  setText(byId('figure-leader'), cluster.leader?.name ?? nothing);
  setText(byId('figure-term'), count(cluster.term));
  setText(byId('figure-commit'), count(cluster.commitIndex));
  setText(byId('figure-keys'), count(cluster.store?.keys));
  setText(byId('figure-bytes'), bytes(cluster.store?.bytes));
}

function showView() {
  const isKeys = location.hash === '#keys';
  byId('overview').hidden = isKeys;
  byId('keys').hidden = !isKeys;
  setAttribute(byId('to-overview'), 'aria-current', isKeys ? null : 'page');
  setAttribute(byId('to-keys'), 'aria-current', isKeys ? 'page' : null);
  if (isKeys) {
    browser.open();
  }
}

function onSecond() {
  if (document.hidden) {
    return; // the streams are closed: there is nothing to note
  }

  connections.tick();
  const now = Date.now();
  history.add(now, connections.pictures);
  traffic.show(history.points, events.marks, now);
  latency.show(history.points, events.marks, now);
  if (connections.primary === null || leaderlessSince !== null) {
    draw();
  }
}

addEventListener('hashchange', showView);
setInterval(onSecond, 1000);
showView();
