namespace Keva.Serf.Swim;

/// <summary>
/// Looks after one node every probe interval (SWIM, section 3.1): a ping; then, if no ack comes, pings by others and one over
/// TCP; then suspicion. There is one probe at a time.
/// </summary>
internal sealed class Prober(ProbeContext context, Random random)
{
    private readonly GossipTiming timing = context.Timing;
    private readonly NodeTable nodes = context.Nodes;
    private int next;
    private Probe? current;
    private bool tickMissed;

    // Short: a name is in it once, and only nodes that are known get in.
    private readonly List<NodeRecord> urgent = [];

    public long Begun { get; private set; }

    public long Failed { get; private set; }

    public void Start() => context.Timers.Schedule(timing.ProbeInterval * random.NextDouble(), Tick);

    /// <summary>The node is the next to be probed: at once if no probe is under way.</summary>
    public void ProbeSoon(NodeRecord node)
    {
        if (!urgent.Contains(node))
        {
            urgent.Add(node);
        }

        if (current is null)
        {
            ProbeNext();
        }
    }

    private void Tick()
    {
        context.Timers.Schedule(timing.ProbeInterval, Tick);
        if (current is null)
        {
            ProbeNext();
        }
        else
        {
            tickMissed = true;
        }
    }

    private void ProbeNext()
    {
        while (urgent is [var node, ..])
        {
            urgent.RemoveAt(0);
            if (!node.IsGone)
            {
                Begin(node);
                return;
            }
        }

        for (var seen = 0; seen < nodes.Count; seen++)
        {
            if (next >= nodes.Count)
            {
                next = 0;
                ForgetTheLongGone();
                nodes.Shuffle();
            }

            var node = nodes.All[next++];
            if (node != context.States.Self && !node.IsGone)
            {
                Begin(node);
                return;
            }
        }
    }

    private void Begin(NodeRecord node)
    {
        Begun++;
        current = new Probe(context, node, Finish);
        current.Begin();
    }

    private void ForgetTheLongGone() =>
        nodes.Remove(node => node != context.States.Self && node.IsGone && context.Timers.Now - node.StateChange > timing.GossipToTheDeadTime);

    private void Finish(int awarenessDelta)
    {
        context.Awareness.Apply(awarenessDelta);
        Failed += current!.HasFailed ? 1 : 0;
        current = null;
        if (tickMissed || urgent.Count > 0)
        {
            tickMissed = false;
            ProbeNext();
        }
    }
}
