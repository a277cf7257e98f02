namespace Keva.Node.Gateway.Http;

/// <summary>What <see cref="KevaHttpServer"/> binds and how much it takes.</summary>
public sealed record KevaHttpOptions
{
    /// <summary>
    /// What to bind: an IP address, <c>localhost</c> (127.0.0.1 and ::1), <c>*</c> (every address of the machine), or
    /// a host name, of which all addresses are bound.
    /// </summary>
    public required string Host { get; init; }

    /// <summary>TCP port, 1 to 65535; with an IP address also 0, for a free one that the system picks.</summary>
    public required int Port { get; init; }

    /// <summary>The longest key in bytes, percent-decoded.</summary>
    public int MaxKeyBytes { get; init; } = 4 * 1024;

    /// <summary>The longest value in bytes.</summary>
    public int MaxValueBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes of request bodies held at one time over all requests, those that are still coming in included. A request
    /// that would exceed it is answered with <see cref="KevaError.Busy"/>.
    /// </summary>
    public long MaxQueuedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Open connections; further ones are closed as they come.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>
    /// Whether a write to a key's URL that reaches a follower goes on to the leader. If not, it is refused with
    /// <see cref="KevaError.NotLeader"/>.
    /// </summary>
    public bool ForwardWrites { get; init; } = true;

    /// <summary>
    /// The longest JSON body in bytes: room for the longest key and value with every byte escaped as <c>\u00XX</c>.
    /// </summary>
    internal int MaxJsonBytes =>
        (int)Math.Min(Math.Min(6L * ((long)MaxKeyBytes + MaxValueBytes) + 1024, MaxQueuedBytes), Array.MaxLength);

    /// <summary>
    /// The longest request line in bytes: room for the longest key with every byte percent-encoded, and for one that is
    /// somewhat too long, so that it is refused with <see cref="KevaError.KeyTooLarge"/> and not by the server beneath.
    /// </summary>
    internal int MaxRequestLineBytes => (int)Math.Min(3L * MaxKeyBytes + 8 * 1024, int.MaxValue);

    /// <exception cref="ArgumentException">A setting is out of its range; the message says which.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Host);
        Require(Port is >= 0 and <= 65535, $"Port must be from 0 to 65535, not {Port}.");
        Require(MaxKeyBytes > 0, "MaxKeyBytes must be positive.");
        Require(MaxValueBytes > 0 && MaxValueBytes <= Array.MaxLength, $"MaxValueBytes must be from 1 to {Array.MaxLength}.");
        Require(MaxQueuedBytes >= MaxValueBytes, "MaxQueuedBytes must be at least MaxValueBytes, or the longest value never fits.");
        Require(MaxConnections > 0, "MaxConnections must be positive.");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }
}
