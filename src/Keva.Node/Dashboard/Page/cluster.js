// The pictures of all nodes that answer, as one picture of the cluster.

// So many entries are on their way at any time when there is much to do.
const toleratedEntries = 1000;

/**
 * @param pictures the nodes' latest pictures, by the nodes' ids; at least one
 * @param preferred whose picture counts if several are equally new
 */
export function clusterOf(pictures, preferred) {
  const all = [...pictures.values()];
  const best = all.reduce((chosen, other) => (isNewer(other, chosen) ? other : chosen), preferred);
  const leading = all.find((picture) => picture.node === best.leader && picture.leader === picture.node && picture.term === best.term);
  const commitIndex = leading ? leading.commit_index : Math.max(...all.map((picture) => picture.commit_index));
  const members = best.members.map((member) => memberOf(member, pictures, leading, commitIndex));
  const voters = members.filter((member) => member.role !== 'learner');
  const majority = Math.floor(voters.length / 2) + 1;
  const up = voters.filter((member) => member.isUp).length;
  return {
    name: best.cluster,
    id: best.cluster_id,
    leader: members.find((member) => member.name === best.leader) ?? null,
    term: best.term,
    commitIndex,
    members,
    quorum: { voters: voters.length, up, majority, spare: up - majority },
    store: (leading ?? preferred).store ?? all.find((picture) => picture.store)?.store ?? null,
    seenBy: preferred.node,
    notReadyReason: preferred.ready ? null : preferred.not_ready_reason,
    differing: differingStates(members),
  };
}

function isNewer(picture, other) {
  return picture.term > other.term || (picture.term === other.term && picture.leader !== null && other.leader === null);
}

function memberOf(member, pictures, leading, commitIndex) {
  const own = pictures.get(member.id) ?? null;
  const ownLine = own?.members.find((line) => line.id === member.id);

  // The leader's numbers are of one moment; those of different nodes are up to a second apart.
  const leadersLine = leading?.members.find((line) => line.id === member.id);
  const applied = (member.id === leading?.node_id ? own.applied_index : leadersLine?.applied_index) ?? own?.applied_index ?? member.applied_index;
  const behind = applied === null || applied === undefined ? null : Math.max(0, commitIndex - applied);
  const status = own?.stopping ? 'leaving' : member.status;
  return {
    id: member.id,
    name: member.name,
    role: member.role,
    status: own && status === 'failed' ? 'cut off' : status,
    isUp: status === 'up' || status === 'leaving',
    applied,
    behind,
    isInStep: behind !== null && behind <= toleratedEntries,
    state: ownLine?.state_hash ?? leadersLine?.state_hash ?? member.state_hash,
    version: own?.version ?? member.version,
    address: member.http_address,
    own,
  };
}

/** Members whose states differ at the same entry. The states of replicas never do. */
function differingStates(members) {
  const byIndex = new Map();
  for (const member of members) {
    const [hash, index] = member.state?.split('@') ?? [];
    if (index !== undefined) {
      const hashes = byIndex.get(index) ?? new Map();
      hashes.set(hash, [...(hashes.get(hash) ?? []), member.name]);
      byIndex.set(index, hashes);
    }
  }

  return [...byIndex.values()].filter((hashes) => hashes.size > 1).flatMap((hashes) => [...hashes.values()].flat());
}
