using Keva.Raft;
using Keva.Raft.Messages;
using static Keva.Simulator.Rules.Rule;

namespace Keva.Simulator.Rules;

/// <summary>
/// Whoever hears from a leader helps nobody else to become one (dissertation §4.2.3): a server that was away must not depose
/// a leader that works. Judged by what arrives and what leaves, and only where the answer comes at once, so that whatever
/// else the server may have heard meanwhile is no excuse.
/// </summary>
/// <param name="electionTimeout">The shortest one.</param>
internal sealed class StickinessRule(TimeSpan electionTimeout)
{
    private readonly Dictionary<IRuledServer, (NodeId Leader, TimeSpan At)> contacts = [];
    private readonly Dictionary<(IRuledServer Server, NodeId Candidate, Term Term), TimeSpan> askedInVain = [];

    // Whoever asks again may get the answer to the first question, which waited for the disk.
    private readonly HashSet<(IRuledServer Server, NodeId Candidate, Term Term)> excused = [];

    // A contact of this age has surely not lapsed when the answer leaves.
    private TimeSpan FreshContact => electionTimeout / 2;

    private TimeSpan PromptAnswer => electionTimeout / 4;

    /// <summary>To be called when a message arrives at a server.</summary>
    public void OnArrived(IRuledServer server, NodeId from, RaftMessage message, TimeSpan now)
    {
        var core = server.Core;
        switch (message)
        {
            case AppendEntriesRequest or HeartbeatRequest or InstallSnapshotRequest when from == core.Leader && message.Term == core.Term:
                contacts[server] = (from, now);
                break;
            case PreVoteRequest request:
                var isLed = contacts.TryGetValue(server, out var contact) && contact.Leader == core.Leader && contact.Leader != from && now - contact.At < FreshContact;
                var question = (server, from, request.Term);
                if (isLed && !excused.Contains(question))
                {
                    askedInVain[question] = now;
                }
                else
                {
                    excused.Add(question);
                    askedInVain.Remove(question);
                }

                break;
        }
    }

    /// <summary>To be called when a message leaves a server.</summary>
    public void OnSent(IRuledServer server, NodeId to, RaftMessage message, TimeSpan now)
    {
        if (message is PreVoteResponse { Granted: true } && askedInVain.TryGetValue((server, to, message.Term), out var askedAt))
        {
            Require(
                now - askedAt > PromptAnswer,
                "a leader at work is kept",
                $"{server.Name} would vote for {to} in term {message.Term}, but has just heard from {contacts[server].Leader}, which leads");
        }
    }
}
