using Keva.Serf.Swim;

namespace Keva.Serf;

/// <summary>What the parts of the serf layer of one node share.</summary>
internal sealed class SerfContext(SerfOptions options, Random random, TimerQueue timers, Outbox outbox, KeyringHolder keys, SerfBroadcasts broadcasts)
{
    public SerfOptions Options { get; } = options;

    public Random Random { get; } = random;

    public TimerQueue Timers { get; } = timers;

    public Outbox Outbox { get; } = outbox;

    public KeyringHolder Keys { get; } = keys;

    public SerfBroadcasts Broadcasts { get; } = broadcasts;

    /// <summary>The layer below; it knows this one as its listener, so it comes second.</summary>
    public Memberlist Memberlist { get; set; } = null!;
}
