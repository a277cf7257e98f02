// The tables of members and of their disks.

import { element, keepChildren, setAttribute, setText } from './dom.js';
import { bytes, count, milliseconds, nothing, rate } from './format.js';
import { total } from './latency.js';

const shownHashDigits = 8;

const memberColumns = [
  { label: 'Name', of: (member) => member.name, isHeader: true },
  { label: 'Role', of: (member, cluster) => (member === cluster.leader ? 'leader' : member.role === 'leader' ? 'voter' : member.role) },
  { label: 'Status', of: (member) => member.status, level: (member) => (member.isUp ? (member.status === 'up' ? 'good' : 'look') : member.status === 'joining' ? 'look' : 'bad') },
  { label: 'Behind', of: (member) => (member.isUp ? count(member.behind) : nothing), isNumber: true },
  { label: 'Applied', of: (member) => (member.isUp || member.own ? count(member.applied) : nothing), isNumber: true },
  { label: 'State', of: (member) => shortState(member.state), title: (member) => member.state, isCode: true, level: (member, cluster) => (cluster.differing.includes(member.name) ? 'bad' : null) },
  { label: 'Requests', of: (member) => (member.own ? `${rate(requestsPerSecond(member.own.traffic))} /s` : nothing), isNumber: true },
  { label: 'Version', of: (member) => member.version ?? nothing },
  { label: 'Address', of: (member) => member.address, isCode: true },
];

const diskColumns = [
  { label: 'Name', of: (member) => member.name, isHeader: true },
  { label: 'Free', of: ({ own }) => (own?.disk ? `${bytes(own.disk.free_bytes)}` : nothing), title: ({ own }) => (own?.disk ? `of ${bytes(own.disk.total_bytes)}` : null), isNumber: true, level: ({ own }) => (own?.journal?.stalled ? 'bad' : null) },
  { label: 'Journal', of: ({ own }) => bytes(own?.disk?.journal_bytes), isNumber: true },
  { label: 'Last sync', of: ({ own }) => milliseconds(own?.journal?.last_commit_ms), isNumber: true },
  { label: 'Checkpoint', of: ({ own }) => bytes(own?.disk?.checkpoint_bytes), isNumber: true },
  { label: 'To replay', of: ({ own }) => (own?.store ? count(Math.max(0, own.applied_index - own.store.checkpoint_index)) : nothing), isNumber: true },
];

export function showMembers(table, cluster) {
  show(table, memberColumns, cluster);
}

export function showDisks(table, cluster) {
  show(table, diskColumns, cluster);
}

function show(table, columns, cluster) {
  keepChildren(table.tBodies[0], cluster.members, (member) => member.id, () => createRow(columns), (row, member) => {
    setAttribute(row, 'class', member.isUp || member.status === 'joining' ? null : 'gone');
    columns.forEach((column, index) => {
      const cell = row.children[index];
      setText(cell.lastElementChild, column.of(member, cluster));
      setAttribute(cell, 'data-level', column.level?.(member, cluster) ?? null);
      setAttribute(cell, 'title', column.title?.(member) ?? null);
    });
  });
}

function createRow(columns) {
  return element('tr', {}, ...columns.map((column) => element(
    column.isHeader ? 'th' : 'td',
    { ...(column.isHeader ? { scope: 'row' } : {}), 'data-label': column.label, class: [column.isNumber ? 'number' : '', column.isCode ? 'code' : ''].join(' ').trim() },
    element('span'),
  )));
}

function shortState(state) {
  const [hash, index] = state?.split('@') ?? [];
  return index === undefined ? nothing : `${hash.slice(0, shownHashDigits)}@${index}`;
}

export function requestsPerSecond(traffic) {
  return traffic.interval_ms > 0 ? ((total(traffic.reads) + total(traffic.writes)) * 1000) / traffic.interval_ms : null;
}
