using Keva.Raft.Membership;
using Keva.Raft.Messages;
using Keva.Raft.Roles;

namespace Keva.Raft.Driver;

/// <summary>
/// Changes of the configuration that were asked for on this server, until each is complete. Any server takes them; only the
/// leader can begin one, and only one at a time. So each is put to the leader again and again, whoever that is, until it is
/// done, makes no sense, or the time is up.
/// </summary>
internal sealed class ConfigurationRequests(RaftCore core, RaftOptions options, Action<NodeId, RaftMessage> send, IMembershipPort? port)
{
    private readonly SortedDictionary<long, Request> pending = [];

    private int TicksBetweenAttempts => options.HeartbeatTicks * 2;

    /// <summary>An election, a change that is under way and this one must fit in.</summary>
    private int MaximumTicks => options.ElectionTicks * 10;

    public bool IsEmpty => pending.Count == 0;

    public void Begin(long requestId, ConfigurationChange change)
    {
        Invariant.Check(!pending.ContainsKey(requestId), "a request's number is used once");
        pending[requestId] = new Request(change);
        Attempt(requestId);
    }

    public void Tick()
    {
        foreach (var (id, request) in pending.ToArray())
        {
            if (++request.Ticks >= MaximumTicks)
            {
                End(id, request.LastRefusal == ConfigurationRefusal.None ? ConfigurationRefusal.TimedOut : request.LastRefusal, "");
            }
            else if (request.Ticks % TicksBetweenAttempts == 0)
            {
                Attempt(id);
            }
        }
    }

    /// <summary>Another configuration is in force, or it is committed now.</summary>
    public void OnConfiguration()
    {
        foreach (var (id, request) in pending.ToArray())
        {
            if (IsComplete(request.Change))
            {
                End(id, ConfigurationRefusal.None, "");
            }
        }
    }

    public void OnForwarded(NodeId from, ForwardChange message)
    {
        var refusal = BeginHere(message.Change, out var problem, out var isComplete);
        send(from, new ForwardChangeAnswer(core.Term, message.RequestId, refusal, problem, isComplete));
    }

    public void OnAnswer(ForwardChangeAnswer message)
    {
        if (pending.ContainsKey(message.RequestId))
        {
            OnOutcome(message.RequestId, message.Refusal, message.Problem, message.IsComplete);
        }
    }

    private void Attempt(long id)
    {
        var request = pending[id];
        if (core.Role == RoleKind.Leader)
        {
            OnOutcome(id, BeginHere(request.Change, out var problem, out var isComplete), problem, isComplete);
        }
        else if (core.Leader.IsNone)
        {
            request.LastRefusal = ConfigurationRefusal.NotLeader;
        }
        else
        {
            send(core.Leader, new ForwardChange(core.Term, id, request.Change));
        }
    }

    // A change that was made already is one that was asked for twice, which is no error.
    private ConfigurationRefusal BeginHere(ConfigurationChange change, out string problem, out bool isComplete)
    {
        problem = "";
        isComplete = core.Role == RoleKind.Leader && IsComplete(change);
        return isComplete ? ConfigurationRefusal.None : core.ChangeConfiguration(change, out problem);
    }

    private void OnOutcome(long id, ConfigurationRefusal refusal, string problem, bool isComplete)
    {
        pending[id].LastRefusal = refusal;
        if (isComplete || refusal == ConfigurationRefusal.Invalid)
        {
            End(id, refusal, problem);
        }
    }

    private bool IsComplete(ConfigurationChange change) => core.IsConfigurationCommitted && change.IsIn(core.Configuration);

    private void End(long id, ConfigurationRefusal refusal, string problem)
    {
        pending.Remove(id);
        port?.ChangeEnded(id, refusal, problem);
    }

    private sealed class Request(ConfigurationChange change)
    {
        public ConfigurationChange Change { get; } = change;

        public int Ticks { get; set; }

        public ConfigurationRefusal LastRefusal { get; set; }
    }
}
