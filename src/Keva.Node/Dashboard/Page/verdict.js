// What is wrong, and what is safe to do.

import { list, plural, span } from './format.js';

const leaderlessPatience = 3000;

// Warnings of the nodes that only repeat what the headline is about.
const saidByHeadline = new Set(['member_down', 'quorum_at_risk', 'no_leader']);
const seriousWarnings = new Set(['disk_full']);

/**
 * @param cluster what clusterOf makes
 * @param leaderlessMs for how long there has been no leader
 * @returns level (good, look or bad), headline, advice, and problems: each with level, text and hint
 */
export function verdictOf(cluster, leaderlessMs) {
  const problems = [...problemsOfCluster(cluster), ...cluster.members.flatMap((member) => problemsOfMember(member, cluster))];
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
    return { level: 'good', headline: servingHeadline(problems), advice: 'A cluster of one serves as long as its node does; it survives no failure.' };
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
    headline: servingHeadline(problems),
    advice: `All ${quorum.voters} voters answer; the cluster ${survives}. Any one node may be stopped: one at a time.`,
  };
}

function servingHeadline(problems) {
  return problems.length === 0 ? 'All is well' : `Serving, with ${plural(problems.length, 'thing', 'things')} to look at`;
}

function problemsOfCluster(cluster) {
  const problems = [];
  if (cluster.differing.length > 0) {
    problems.push({ level: 'bad', text: `The states of ${list(cluster.differing)} differ at the same entry`, hint: 'Replicas never differ: this is a defect of the program, or of memory or disk.' });
  }

  const versions = new Set(cluster.members.map((member) => member.version).filter(Boolean));
  if (versions.size > 1) {
    problems.push({ level: 'look', text: `Several versions run: ${list([...versions].sort())}`, hint: 'Finish the upgrade.' });
  }

  return problems;
}

function problemsOfMember(member, cluster) {
  const problems = [];
  const { own, name } = member;
  if (member.status === 'cut off') {
    problems.push({ level: 'bad', text: `${name} answers this page, but not the others`, hint: 'Look at the network between the nodes, on keva_port.' });
  }

  // Without a leader none is, and the headline says why.
  if (own && !own.ready && own.not_ready_reason && member.isUp && cluster.leader !== null) {
    problems.push({ level: 'look', text: `${name} is not ready`, hint: own.not_ready_reason });
  }

  for (const { code, text, hint } of own?.warnings ?? []) {
    if (!saidByHeadline.has(code)) {
      problems.push({ level: seriousWarnings.has(code) ? 'bad' : 'look', text: `${name}: ${text}`, hint });
    }
  }

  return problems;
}

function worst(levels) {
  return ['bad', 'look'].find((level) => levels.includes(level)) ?? 'good';
}
