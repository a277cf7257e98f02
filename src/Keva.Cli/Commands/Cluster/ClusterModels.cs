using System.Text.Json.Serialization;

namespace Keva.Cli.Commands.Cluster;

// What a node tells of its cluster.

/// <summary>The answer of <c>GET /v1/cluster</c>.</summary>
/// <param name="Node">Who answers; null if that is an older version.</param>
internal sealed record ClusterModel(
    string? Cluster,
    string? ClusterId,
    string? Node,
    string? Leader,
    long Term,
    long CommitIndex,
    long? AppliedIndex,
    bool? Ready,
    string? NotReadyReason,
    IReadOnlyList<ClusterMember> Members)
{
    public ClusterMember? Find(string? name) => Members.FirstOrDefault(member => member.Name == name);
}

internal sealed record ClusterMember(
    string Id,
    string Name,
    string KevaAddress,
    string HttpAddress,
    string Role,
    string Status,
    long? MatchIndex,
    long? AppliedIndex,
    string? StateHash,
    string? Version)
{
    [JsonIgnore]
    public bool IsVoter => Role is "leader" or "voter";

    [JsonIgnore]
    public bool IsUp => Status is "up" or "leaving";

    /// <summary>As Petabridge.Cmd says it: nothing if it is reachable.</summary>
    public string Reachability => Status == "failed" ? "unreachable" : "";
}

/// <summary>What a node has noticed that is not as it should be.</summary>
internal sealed record WarningModel(string Code, string? Since, string Text, string? Hint);

/// <summary>The answer of <c>GET /v1/warnings</c>.</summary>
internal sealed record WarningsModel(string? Node, IReadOnlyList<WarningModel> Warnings);

/// <summary>The answer of <c>POST /v1/cluster/join</c>.</summary>
internal sealed record JoinModel(int Contacted);
