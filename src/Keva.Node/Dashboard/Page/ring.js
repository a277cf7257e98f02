// The members on a ring around the quorum: who leads, who follows, who is missing, and how much may still go wrong.

import { shape, setAttribute, setText, keepChildren } from './dom.js';
import { count } from './format.js';

const width = 320;
const height = 300;
const center = { x: width / 2, y: 146 };
const orbit = 106;
const gauge = 44;
const smallCluster = 7;

// Signs in the circles: a crown, a tick, a cross, dots.
const signs = {
  leads: 'M-9 5.5L-9 -4.5L-4 0.5L0 -6.5L4 0.5L9 -4.5L9 5.5Z',
  inStep: 'M-6 0.5L-2 4.5L6.5 -4',
  behind: 'M0 -6L0 6M-5 1L0 6L5 1',
  gone: 'M-5 -5L5 5M5 -5L-5 5',
  coming: 'M-6 0L-6 0.01M0 0L0 0.01M6 0L6 0.01',
};

export class Ring {
  #links = shape('g', { class: 'links' });
  #gauge = shape('g', { class: 'gauge' });
  #nodes = shape('g', { class: 'nodes' });
  #figure = shape('text', { x: center.x, y: center.y + 2, class: 'gauge-figure' });
  #caption = shape('text', { x: center.x, y: center.y + 19, class: 'gauge-caption' });
  #title = shape('title');

  constructor(parent) {
    parent.append(shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' }, this.#title, this.#links, this.#gauge, this.#figure, this.#caption, this.#nodes));
  }

  show(cluster) {
    const places = cluster.members.map((member, index) => ({ member, ...placeOf(index, cluster.members.length) }));
    const leading = places.find(({ member }) => member === cluster.leader);
    const radius = cluster.members.length <= smallCluster ? 22 : Math.max(7, 150 / cluster.members.length);
    this.#showLinks(places, leading);
    this.#showGauge(cluster);
    keepChildren(this.#nodes, places, ({ member }) => member.id, createNode, (node, place) => updateNode(node, place, cluster, radius));
    setText(this.#title, cluster.members.map((member) => `${member.name}: ${member === cluster.leader ? 'leader, ' : ''}${member.status}`).join('; '));
  }

  #showLinks(places, leading) {
    const links = leading ? places.filter((place) => place !== leading) : [];
    keepChildren(this.#links, links, ({ member }) => member.id, () => shape('path'), (line, place) => {
      // Bent a little around the gauge in the middle.
      setAttribute(line, 'd', `M${leading.x} ${leading.y}Q${bend(leading.x, place.x, center.x)} ${bend(leading.y, place.y, center.y)} ${place.x} ${place.y}`);
      setAttribute(line, 'class', place.member.isUp && leading.member.isUp ? 'link' : 'link broken');
    });
  }

  #showGauge({ quorum, members }) {
    const voters = members.filter((member) => member.role !== 'learner').sort((a, b) => Number(b.isUp) - Number(a.isUp));
    const gap = voters.length > 1 ? 0.14 : 0.0001;
    const step = (2 * Math.PI) / Math.max(1, voters.length);
    keepChildren(this.#gauge, voters.map((member, index) => ({ member, index })), ({ index }) => index, () => shape('path'), (arc, { member, index }) => {
      setAttribute(arc, 'd', arcFrom(index * step + gap / 2, (index + 1) * step - gap / 2));
      setAttribute(arc, 'class', member.isUp ? 'vote' : index < quorum.majority ? 'vote needed' : 'vote missing');
    });
    setText(this.#figure, `${quorum.up} / ${quorum.voters}`);
    setText(this.#caption, `${quorum.majority} needed`);
  }
}

const bend = (from, to, middle) => (from + to) / 2 + ((from + to) / 2 - middle) * 0.7;

function placeOf(index, total) {
  const angle = (index / total) * 2 * Math.PI - Math.PI / 2;
  return { x: round(center.x + orbit * Math.cos(angle)), y: round(center.y + orbit * Math.sin(angle)) };
}

function arcFrom(from, to) {
  const point = (angle) => `${round(center.x + gauge * Math.sin(angle))} ${round(center.y - gauge * Math.cos(angle))}`;
  return `M${point(from)}A${gauge} ${gauge} 0 ${to - from > Math.PI ? 1 : 0} 1 ${point(to)}`;
}

function createNode() {
  return shape('g', {}, shape('circle', { class: 'halo' }), shape('circle', { class: 'body' }), shape('path', { class: 'sign' }), shape('text', { class: 'node-name' }), shape('text', { class: 'node-note' }));
}

function updateNode(node, { member, x, y }, cluster, radius) {
  const [halo, body, sign, name, note] = node.children;
  const isLeader = member === cluster.leader;
  setAttribute(node, 'class', `node ${isLeader ? 'leads' : member.role === 'learner' ? 'learns' : 'follows'} ${levelOf(member)}`);
  setAttribute(node, 'transform', `translate(${x} ${y})`);
  setAttribute(halo, 'r', radius + 5);
  setAttribute(body, 'r', radius);
  setAttribute(sign, 'd', radius > 15 ? signs[signOf(member, isLeader)] : '');
  setAttribute(name, 'y', radius + 17);
  setAttribute(note, 'y', radius + 31);
  const isTight = cluster.members.length > smallCluster;
  setText(name, isTight ? '' : member.name);
  setText(note, isTight ? '' : noteOn(member, cluster));
}

function signOf(member, isLeader) {
  if (!member.isUp) {
    return member.status === 'joining' ? 'coming' : 'gone';
  }

  return isLeader ? 'leads' : member.isInStep ? 'inStep' : 'behind';
}

function noteOn(member, { leader }) {
  if (!member.isUp) {
    return member.status;
  }

  if (member === leader) {
    return 'leads';
  }

  if (leader === null || member.behind === null) {
    return 'up';
  }

  return member.isInStep ? (member.role === 'learner' ? 'learner' : 'in step') : `${count(member.behind)} behind`;
}

function levelOf(member) {
  return member.isUp ? (member.status === 'leaving' ? 'look' : 'good') : member.status === 'joining' ? 'look' : 'bad';
}

const round = (number) => Math.round(number * 10) / 10;
