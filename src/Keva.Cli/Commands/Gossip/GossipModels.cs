using System.Text.Json.Serialization;

namespace Keva.Cli.Commands.Gossip;

// What a node answers, and what --format json prints of it.

internal sealed record MemberList(IReadOnlyList<MemberModel> Members);

internal sealed record MemberModel(
    string Name, string Addr, int Port, IReadOnlyDictionary<string, string> Tags, string Status, ProtocolModel Protocol)
{
    [JsonIgnore]
    public bool IsAlive => Status == "alive";
}

internal sealed record ProtocolModel(int Max, int Min, int Version);

internal sealed record RoundTripModel(string From, string To, double RttMs);

/// <summary>A line of a query's answer.</summary>
internal sealed record QueryLine(string Type, string? From, string? Payload, byte[]? Payload64, int Acks, int Responses)
{
    /// <summary>Bytes that are no text are shown as well as they can be.</summary>
    [JsonIgnore]
    public string Text => Payload ?? System.Text.Encoding.UTF8.GetString(Payload64 ?? []);
}

internal sealed record KeysModel(
    int Nodes,
    int Answers,
    IReadOnlyDictionary<string, string> Failures,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, int>? Keys,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, int>? PrimaryKeys)
{
    /// <summary>What went wrong as Serf's program says it, or null.</summary>
    [JsonIgnore]
    public string? Problem =>
        Failures.Count > 0 ? $"{Failures.Count}/{Nodes} nodes reported failure"
        : Answers != Nodes ? $"{Answers}/{Nodes} nodes reported success"
        : null;
}
