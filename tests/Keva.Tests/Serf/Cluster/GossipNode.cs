using System.Net;
using Keva.Serf;

namespace Keva.Tests.Serf.Cluster;

/// <summary>A node of a <see cref="GossipCluster"/>: the real one, with the simulation in the place of sockets and clock.</summary>
internal sealed class GossipNode
{
    private readonly GossipCluster cluster;
    private readonly Queue<Action<SerfNode>> backlog = new();
    private TimeSpan? wakeAt;
    private bool isPaused;

    public GossipNode(GossipCluster cluster, SerfOptions options, int seed)
    {
        this.cluster = cluster;
        Address = options.Advertise;
        var nonces = new Random(~seed);
        Serf = new SerfNode(options, new Random(seed), nonce => nonces.NextBytes(nonce));
    }

    public SerfNode Serf { get; }

    public string Name => Serf.Name;

    public IPEndPoint Address { get; }

    /// <summary>Nodes on different sides of a cut do not hear of each other.</summary>
    public int Side { get; set; }

    public bool IsUp { get; private set; } = true;

    /// <summary>All that the node reported, with the time.</summary>
    public List<(TimeSpan At, SerfOutput Output)> Reports { get; } = [];

    public Dictionary<long, (GossipNode Node, long Stream)> Streams { get; } = [];

    /// <summary>Answers the queries that the application gets to see; null is no answer.</summary>
    public Func<ReceivedQuery, byte[]?>? Answer { get; set; }

    public IEnumerable<T> ReportsOf<T>() => Reports.Select(report => report.Output).OfType<T>();

    public MemberStatus StatusOf(GossipNode other) => StatusOf(other.Name);

    public MemberStatus StatusOf(string name) =>
        Serf.Members.SingleOrDefault(member => member.Name == name)?.Status ?? MemberStatus.None;

    public void Begin() => Do(node => node.Start(cluster.Now));

    public void Join(params GossipNode[] others) => Do(node => node.Join(cluster.Now, [.. others.Select(other => other.Address)]));

    public void Do(Action<SerfNode> input)
    {
        input(Serf);
        TakeOutputs();
    }

    public T Do<T>(Func<SerfNode, T> input)
    {
        var result = input(Serf);
        TakeOutputs();
        return result;
    }

    /// <summary>Something arrives: at once, or when the process runs again.</summary>
    public void Receive(Action<SerfNode> input)
    {
        if (isPaused)
        {
            backlog.Enqueue(input);
        }
        else if (IsUp)
        {
            Do(input);
        }
    }

    /// <summary>The process ends without a word.</summary>
    public void Kill()
    {
        IsUp = false;
        backlog.Clear();
    }

    /// <summary>The process does not run for a while; what is sent to it waits.</summary>
    public void Pause(TimeSpan time)
    {
        isPaused = true;
        cluster.At(cluster.Now + time, Resume);
    }

    public override string ToString() =>
        $"{Name}: {string.Join(' ', Serf.Members.Select(member => $"{member.Name}={member.Status}"))}";

    private void Resume()
    {
        isPaused = false;
        // The worst order: the timers, all of them late, run before anything that has arrived is read.
        Wake();
        while (backlog.TryDequeue(out var input))
        {
            Receive(input);
        }
    }

    private void Wake()
    {
        wakeAt = null;
        if (IsUp && !isPaused)
        {
            Do(node => node.OnTimer(cluster.Now));
        }
    }

    private void TakeOutputs()
    {
        foreach (var output in Serf.Drain())
        {
            switch (output)
            {
                case SendDatagram datagram:
                    cluster.SendDatagram(this, datagram);
                    break;
                case OpenStream open:
                    cluster.OpenStream(this, open);
                    break;
                case WriteStream write:
                    cluster.Write(this, write.Stream, write.Bytes);
                    break;
                case CloseStream close:
                    cluster.Close(this, close.Stream);
                    break;
                default:
                    Report(output);
                    break;
            }
        }

        if (Serf.NextDue is { } due && (wakeAt is null || due < wakeAt))
        {
            wakeAt = due;
            cluster.At(due > cluster.Now ? due : cluster.Now, () =>
            {
                if (wakeAt == due)
                {
                    Wake();
                }
            });
        }
    }

    private void Report(SerfOutput output)
    {
        Reports.Add((cluster.Now, output));
        switch (output)
        {
            case LeaveFinished or NameConflictLost:
                IsUp = false;
                break;
            case QueryReceived { Query: var query } when Answer?.Invoke(query) is { } payload:
                cluster.At(cluster.Now, () => Receive(node => node.Respond(cluster.Now, query, payload)));
                break;
        }
    }
}
