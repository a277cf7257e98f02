using System.Text;
using Keva.Node.Gateway;
using Keva.Raft;

namespace Keva.Tests.Gateway;

/// <summary>A store in memory that answers at once, and otherwise does what a test tells it.</summary>
internal sealed class ScriptedKeyValueService : IKeyValueService
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Value, long Revision)> _entries = new(StringComparer.Ordinal);
    private long _revision;

    public ClusterView View { get; set; } = Views.Leading("host1");

    /// <summary>Every request is refused with this.</summary>
    public KevaFailure? Failure { get; set; }

    /// <summary>Comes before every answer; may wait or throw.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>Whether writes that must be the leader's are refused.</summary>
    public bool IsFollower { get; set; }

    /// <summary>What a stale read says about its age.</summary>
    public TimeSpan? Age { get; set; } = TimeSpan.FromMilliseconds(1250);

    public int Calls { get; private set; }

    public ReadConsistency? LastConsistency { get; private set; }

    public static string TextOf(ReadOnlySpan<byte> key) => Encoding.Latin1.GetString(key);

    /// <summary>The stored value, or null. The key is UTF-16, stored as UTF-8.</summary>
    public byte[]? this[string key]
    {
        get
        {
            lock (_lock)
            {
                return _entries.TryGetValue(TextOf(Encoding.UTF8.GetBytes(key)), out var entry) ? entry.Value : null;
            }
        }
    }

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries.Keys.Select(key => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(key)))];
            }
        }
    }

    public async Task<WriteOutcome> SetAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, WriteRouting routing = WriteRouting.Forward)
    {
        if (await RefuseAsync(isWrite: true, routing) is { } failure)
        {
            return new WriteOutcome(failure, 0, false, default);
        }

        lock (_lock)
        {
            var existed = _entries.ContainsKey(TextOf(key.Span));
            _entries[TextOf(key.Span)] = (value.ToArray(), ++_revision);
            return new WriteOutcome(null, _revision, existed, default);
        }
    }

    public async Task<WriteOutcome> DeleteAsync(ReadOnlyMemory<byte> key, WriteRouting routing = WriteRouting.Forward)
    {
        if (await RefuseAsync(isWrite: true, routing) is { } failure)
        {
            return new WriteOutcome(failure, 0, false, default);
        }

        lock (_lock)
        {
            return _entries.Remove(TextOf(key.Span), out var removed)
                ? new WriteOutcome(null, ++_revision, true, removed.Value)
                : new WriteOutcome(null, _revision, false, default);
        }
    }

    public async Task<ReadOutcome> GetAsync(ReadOnlyMemory<byte> key, ReadConsistency consistency = ReadConsistency.Linearizable)
    {
        LastConsistency = consistency;
        if (await RefuseAsync(isWrite: false, WriteRouting.Forward) is { } failure)
        {
            return new ReadOutcome(failure, false, default, 0, 0, consistency, null);
        }

        lock (_lock)
        {
            var found = _entries.TryGetValue(TextOf(key.Span), out var entry);
            return new ReadOutcome(null, found, entry.Value, entry.Revision, _revision, consistency, Age);
        }
    }

    private async Task<KevaFailure?> RefuseAsync(bool isWrite, WriteRouting routing)
    {
        Calls++;
        if (Before is not null)
        {
            await Before();
        }

        return isWrite && IsFollower && routing == WriteRouting.LeaderOnly
            ? new KevaFailure(KevaError.NotLeader, "This node is not the leader.")
            : Failure;
    }
}

/// <summary>Views of a cluster of three: host1, host2 and host3, of which host1 is the one that answers.</summary>
internal static class Views
{
    public static ClusterView Leading(string leader, string leaderHttpAddress = "127.0.0.1:3801") => new(
        ClusterName: "demo",
        ClusterId: "00000000000000aa",
        Self: new NodeId(1),
        SelfName: "host1",
        Leader: IdOf(leader),
        Term: new Term(4),
        CommitIndex: 17,
        AppliedIndex: 16,
        IsReady: true,
        NotReadyReason: null,
        IsStopping: false,
        Members: [Member(1, leader, leaderHttpAddress), Member(2, leader, leaderHttpAddress), Member(3, leader, leaderHttpAddress)]);

    public static ClusterView Leaderless { get; } = Leading("nobody") with { Leader = NodeId.None };

    private static NodeId IdOf(string name) => name switch
    {
        "host1" => new NodeId(1),
        "host2" => new NodeId(2),
        "host3" => new NodeId(3),
        _ => NodeId.None,
    };

    private static MemberView Member(ulong id, string leader, string leaderHttpAddress)
    {
        var name = $"host{id}";
        return new MemberView(
            new NodeId(id),
            name,
            $"127.0.0.1:370{id - 1}",
            name == leader ? leaderHttpAddress : $"127.0.0.1:380{id - 1}",
            name == leader ? MemberRole.Leader : MemberRole.Voter,
            MemberStatus.Up,
            MatchIndex: id == 3 ? null : 17,
            AppliedIndex: id == 3 ? null : 16,
            StateHash: id == 3 ? null : "0123456789abcdef",
            Version: "0.1.0");
    }
}
