using System.Text.Json;

namespace Keva.Tests.Serf.Wire;

/// <summary>One entry of serf-vectors.json: bytes that real agents sent or accepted, and what they say.</summary>
public sealed record SerfVector(string Name, string Transport, byte[] Bytes, byte[]? Key, JsonElement Decoded)
{
    public static IReadOnlyDictionary<string, SerfVector> All { get; } = Load();

    public Keva.Serf.Keyring Keyring => Key is null ? Keva.Serf.Keyring.Empty : Keva.Serf.Keyring.Of(Key);

    /// <summary>Whether there is a layer or a message of the type anywhere in it.</summary>
    public bool HasLayer(string type) => Decoded.ToString().Contains($"\"type\": \"{type}\"", StringComparison.Ordinal);

    public override string ToString() => Name;

    private static Dictionary<string, SerfVector> Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Serf", "serf-vectors.json")));
        return document.RootElement.EnumerateArray().Select(Read).ToDictionary(vector => vector.Name);
    }

    private static SerfVector Read(JsonElement vector) => new(
        vector.GetProperty("name").GetString()!,
        vector.GetProperty("transport").GetString()!,
        Convert.FromHexString(vector.GetProperty("hex").GetString()!),
        vector.TryGetProperty("key_base64", out var key) ? key.GetBytesFromBase64() : null,
        vector.GetProperty("decoded").Clone());
}
