namespace Keva.Node.Configuration;

/// <summary><c>store</c>: the key-value state machine. The limits must be the same on every node of a cluster.</summary>
public sealed record StoreSettings
{
    /// <summary>Most bytes of UTF-8 in a key. 1 B to 64 KiB.</summary>
    public required int MaxKeyBytes { get; init; }

    /// <summary>Most bytes in a value. 1 B to 32 MiB.</summary>
    public required int MaxValueBytes { get; init; }

    internal static StoreSettings Bind(SettingsSection section) => new()
    {
        MaxKeyBytes = (int)section.ByteSize("max-key-bytes", "1B", "64KiB"),
        MaxValueBytes = (int)section.ByteSize("max-value-bytes", "1B", "32MiB"),
    };
}
