// What is wrong, and what is safe to do.

import { bytes, list, milliseconds, plural, span } from './format.js';

const leaderlessPatience = 3000;
const farBehind = 1000;
const littleSpace = 1024 ** 3;
const littleShare = 0.05;
const slowSync = 200;

/**
 * @param cluster what clusterOf makes
 * @param leaderlessMs for how long there has been no leader
 * @returns level (good, look or bad), headline, advice, and problems: each with level, text and hint
 */
export function verdictOf(cluster, leaderlessMs) {
  const problems = [...problemsOfCluster(cluster), ...cluster.members.flatMap(problemsOfMember)];
  const words = wordsFor(cluster, leaderlessMs, problems);
  return { ...words, level: worst([words.level, ...problems.map((problem) => problem.level)]), problems };
}

function wordsFor(cluster, leaderlessMs, problems) {
  const { quorum, leader } = cluster;
  const down = cluster.members.filter((member) => !member.isUp && member.status !== 'joining').map((member) => member.name);
  if (cluster.members.length === 0) {
    return { level: 'look', headline: 'Not yet in a cluster', advice: cluster.notReadyReason ?? 'This node waits for others.' };
  }

  if (quorum.spare < 0) {
    return {
      level: 'bad',
      headline: `No majority: ${quorum.up} of ${plural(quorum.voters, 'voter answers', 'voters answer')}`,
      advice: `${quorum.majority} are needed. Writes and consistent reads wait; stale reads are served. Start ${list(down)} again with the data they had. Only if that is lost for good: keva cluster recover.`,
    };
  }

  if (leader === null || !leader.isUp) {
    return {
      level: leaderlessMs > leaderlessPatience ? 'bad' : 'look',
      headline: leader === null ? `No leader for ${span(leaderlessMs)}` : `The leader ${leader.name} does not answer`,
      advice: 'A majority is there and elects one. Requests wait meanwhile; stop nothing.',
    };
  }

  if (cluster.differing.length > 0) {
    return { level: 'bad', headline: 'The states of the members differ', advice: 'Stop writing, keep all data directories as they are, and find out which member is wrong.' };
  }

  return servingWords(quorum, down, problems);
}

function servingWords(quorum, down, problems) {
  if (quorum.voters === 1) {
    return { level: 'good', headline: problems.length > 0 ? 'Serving' : 'All is well', advice: 'A cluster of one serves as long as its node does; it survives no failure.' };
  }

  if (quorum.spare === 0) {
    return {
      level: 'look',
      headline: down.length > 0 ? `${list(down)} ${down.length === 1 ? 'does' : 'do'} not answer` : 'Serving',
      advice: `One more failure stops the cluster: stop none of the voters that are up.${down.length > 0 ? ` Bring back ${list(down)} first.` : ' Another voter would let it survive one.'}`,
    };
  }

  const survives = `survives ${plural(quorum.spare, 'more failure', 'more failures')}`;
  if (down.length > 0) {
    return { level: 'look', headline: `${list(down)} ${down.length === 1 ? 'does' : 'do'} not answer`, advice: `The cluster serves, and ${survives}.` };
  }

  return {
    level: 'good',
    headline: problems.length > 0 ? 'Serving' : 'All is well',
    advice: `All ${quorum.voters} voters answer; the cluster ${survives}. Any one node may be stopped: one at a time.`,
  };
}

function problemsOfCluster(cluster) {
  const problems = [];
  if (cluster.differing.length > 0) {
    problems.push({ level: 'bad', text: `The states of ${list(cluster.differing)} differ at the same entry`, hint: 'docs/RECOVERY.md' });
  }

  const versions = new Set(cluster.members.map((member) => member.version).filter(Boolean));
  if (versions.size > 1) {
    problems.push({ level: 'look', text: `Several versions run: ${list([...versions].sort())}`, hint: 'finish the upgrade' });
  }

  return problems;
}

function problemsOfMember(member) {
  const problems = [];
  const { own, name } = member;
  if (member.status === 'cut off') {
    problems.push({ level: 'bad', text: `${name} answers this page, but not the others`, hint: 'look at the network between the nodes' });
  }

  if (member.isUp && member.behind > farBehind) {
    problems.push({ level: 'look', text: `${name} is ${member.behind.toLocaleString('en')} entries behind`, hint: 'it catches up by itself; if not, look at its disk' });
  }

  const disk = own?.disk;
  if (disk?.stalled) {
    problems.push({ level: 'bad', text: `The disk of ${name} takes no writes`, hint: 'make room; it goes on by itself' });
  } else if (disk && disk.free_bytes < Math.max(littleSpace, disk.total_bytes * littleShare)) {
    problems.push({ level: 'look', text: `${name} has ${bytes(disk.free_bytes)} of disk left`, hint: 'make room before writes are refused' });
  }

  if (disk && disk.last_commit_ms > slowSync) {
    problems.push({ level: 'look', text: `The last sync of ${name} took ${milliseconds(disk.last_commit_ms)}`, hint: 'its disk is slow or busy' });
  }

  if (own?.store?.checkpoint_problem) {
    problems.push({ level: 'look', text: `${name} could not write its checkpoint`, hint: own.store.checkpoint_problem });
  }

  if (own && !own.ready && own.not_ready_reason && member.status !== 'cut off') {
    problems.push({ level: 'look', text: `${name} is not ready`, hint: own.not_ready_reason });
  }

  for (const warning of own?.warnings ?? []) {
    problems.push({ level: 'look', text: `${name}: ${warning.text}`, hint: warning.hint });
  }

  return problems;
}

function worst(levels) {
  return ['bad', 'look'].find((level) => levels.includes(level)) ?? 'good';
}
