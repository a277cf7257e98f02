namespace Keva.Node.Gateway;

/// <summary>How long requests wait and how much of them.</summary>
/// <param name="RequestTimeout">Every request is answered within this time.</param>
/// <param name="LeaderWait">How long a request waits for a leader before it is refused.</param>
/// <param name="MaxQueuedBytes">Bytes of keys and values that may wait at one time; more is refused as busy.</param>
/// <param name="Session">Names this start of the process in its proposals; drawn at random.</param>
public sealed record GatewayOptions(TimeSpan RequestTimeout, TimeSpan LeaderWait, long MaxQueuedBytes, ulong Session);
