using System.Net;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Keva.Node.Gossip;
using Keva.Serf;

namespace Keva.Tests.Gateway;

/// <summary>The gossip of host1, which knows host2 and an agent that failed, and answers at once.</summary>
internal sealed class ScriptedGossipService : IGossipService
{
    public static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(number => (byte)number)];

    public static readonly Member Agent = Member("agent", 7946, MemberStatus.Failed, ("role", "web"));

    /// <summary>Every request is refused with this.</summary>
    public GossipException? Refusal { get; set; }

    /// <summary>What was asked, in order.</summary>
    public List<string> Calls { get; } = [];

    public QueryParameters? LastParameters { get; private set; }

    public byte[]? LastPayload { get; private set; }

    public List<QueryProgress> Progress { get; } =
        [new QueryAcknowledgement("host1"), new QueryAnswer("host1", "3 days"u8.ToArray()), new QueryEnded(1, 1)];

    public List<GossipNews> News { get; } =
    [
        new MemberNews(MemberEventKind.Failed, Agent),
        new UserEventNews(1, "deploy", "1.4.2"u8.ToArray(), Coalesce: true),
        new QueryNews(new QueryId(2, 7), "uptime", ReadOnlyMemory<byte>.Empty, "host2", new IPEndPoint(IPAddress.Loopback, 1)),
        new NewsLost(3),
    ];

    /// <summary>Whether a watcher that has read all is told that nothing more comes.</summary>
    public bool EndsNews { get; set; } = true;

    public TaskCompletionSource WatcherGone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<GossipView> GetViewAsync(CancellationToken cancellation = default)
    {
        Note("view");
        Member[] members = [Agent, Member("host1", 3700, MemberStatus.Alive, ("role", "keva")), Member("host2", 3701, MemberStatus.Alive, ("role", "keva"))];
        return Task.FromResult(new GossipView("host1", members, new LamportTimes(1, 2, 3), 0, IsEncrypted: true, 0, 0, 0));
    }

    public Task SendEventAsync(string name, ReadOnlyMemory<byte> payload, bool coalesce = false, CancellationToken cancellation = default)
    {
        Note($"event {name} {coalesce}");
        LastPayload = payload.ToArray();
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<QueryProgress> QueryAsync(
        string name, ReadOnlyMemory<byte> payload, QueryParameters parameters, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Note($"query {name}");
        (LastParameters, LastPayload) = (parameters, payload.ToArray());
        foreach (var item in Progress)
        {
            await Task.Yield();
            yield return item;
        }
    }

    public Task<bool> ForceLeaveAsync(string member, bool prune, CancellationToken cancellation = default)
    {
        Note($"force-leave {member} {prune}");
        return Task.FromResult(member == "agent");
    }

    public Task<GossipJoinOutcome> JoinAsync(IReadOnlyList<string> addresses, bool ignoreOldEvents, CancellationToken cancellation = default)
    {
        Note($"join {string.Join(' ', addresses)}");
        return Task.FromResult(addresses[0].EndsWith(":9", StringComparison.Ordinal)
            ? new GossipJoinOutcome(0, [new GossipJoinFailure(addresses[0], "Connection refused")])
            : new GossipJoinOutcome(1, []));
    }

    public Task<KeyOperationResult> InstallKeyAsync(ReadOnlyMemory<byte> key, CancellationToken cancellation = default) => Change("install", key);

    public Task<KeyOperationResult> UseKeyAsync(ReadOnlyMemory<byte> key, CancellationToken cancellation = default) => Change("use", key);

    public Task<KeyOperationResult> RemoveKeyAsync(ReadOnlyMemory<byte> key, CancellationToken cancellation = default) => Change("remove", key);

    public Task<KeyOperationResult> ListKeysAsync(CancellationToken cancellation = default)
    {
        Note("list");
        var keys = new Dictionary<string, int> { [Convert.ToBase64String(Key)] = 2 };
        return Task.FromResult(new KeyOperationResult(2, 2, new Dictionary<string, string>(), keys, keys));
    }

    public Task<TimeSpan?> EstimateRoundTripAsync(string from, string to, CancellationToken cancellation = default)
    {
        Note($"rtt {from} {to}");
        return Task.FromResult<TimeSpan?>(from is "agent" || to is "agent" ? null : TimeSpan.FromMilliseconds(0.56));
    }

    public IAsyncEnumerable<GossipNews> WatchAsync(CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<GossipWatch> StartWatchingAsync(CancellationToken cancellation = default)
    {
        Note("watch");
        var channel = Channel.CreateUnbounded<GossipNews>();
        News.ForEach(news => channel.Writer.TryWrite(news));
        if (EndsNews)
        {
            channel.Writer.Complete();
        }

        return Task.FromResult(new GossipWatch(channel.Reader, () => WatcherGone.TrySetResult()));
    }

    private static Member Member(string name, int port, MemberStatus status, params (string Name, string Value)[] tags) =>
        new(name, new IPEndPoint(IPAddress.Loopback, port), tags.ToDictionary(tag => tag.Name, tag => tag.Value), status)
        {
            Versions = new ProtocolVersions(1, 5, 2, 2, 5, 5),
        };

    private Task<KeyOperationResult> Change(string operation, ReadOnlyMemory<byte> key)
    {
        Note($"{operation} {Convert.ToHexString(key.Span)}");
        var none = new Dictionary<string, int>();
        return Task.FromResult(new KeyOperationResult(2, 2, new Dictionary<string, string> { ["host2"] = "the disk is full" }, none, none));
    }

    private void Note(string call)
    {
        Calls.Add(call);
        if (Refusal is not null)
        {
            throw Refusal;
        }
    }
}
