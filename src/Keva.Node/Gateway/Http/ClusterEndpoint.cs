using System.Text.Json;

namespace Keva.Node.Gateway.Http;

/// <summary><c>GET /v1/cluster</c>: the cluster as this node sees it, also with no leader.</summary>
internal sealed class ClusterEndpoint(IKeyValueService service)
{
    public ValueTask HandleAsync(HttpExchange exchange)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } failure)
        {
            return exchange.SendErrorAsync(failure);
        }

        var view = service.View;
        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoCache;
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteString("cluster"u8, view.ClusterName);
        json.WriteString("leader"u8, view.LeaderMember?.Name);
        json.WriteNumber("term"u8, view.Term.Value);
        json.WriteNumber("commit_index"u8, view.CommitIndex);
        json.WriteNumber("applied_index"u8, view.AppliedIndex);
        json.WriteString("cluster_id"u8, view.ClusterId);
        json.WriteString("node"u8, view.SelfName);
        json.WriteBoolean("ready"u8, view.IsReady && !view.IsStopping);
        json.WriteString("not_ready_reason"u8, view.NotReadyReason);
        json.WriteStartArray("members"u8);
        foreach (var member in view.Members)
        {
            WriteMember(json, member);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return exchange.SendJsonAsync();
    }

    internal static void WriteMember(Utf8JsonWriter json, MemberView member)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, member.Id.ToString());
        json.WriteString("name"u8, member.Name);
        json.WriteString("keva_address"u8, member.PeerAddress);
        json.WriteString("http_address"u8, member.HttpAddress);
        json.WriteString("role"u8, NameOf(member.Role));
        json.WriteString("status"u8, NameOf(member.Status));
        WriteNumber(json, "match_index"u8, member.MatchIndex);
        WriteNumber(json, "applied_index"u8, member.AppliedIndex);
        json.WriteString("state_hash"u8, member.StateHash);
        json.WriteString("version"u8, member.Version);
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static ReadOnlySpan<byte> NameOf(MemberRole role) => role switch
    {
        MemberRole.Leader => "leader"u8,
        MemberRole.Voter => "voter"u8,
        MemberRole.Learner => "learner"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "a role without a name"),
    };

    private static ReadOnlySpan<byte> NameOf(MemberStatus status) => status switch
    {
        MemberStatus.Up => "up"u8,
        MemberStatus.Failed => "failed"u8,
        MemberStatus.Joining => "joining"u8,
        MemberStatus.Leaving => "leaving"u8,
        MemberStatus.Left => "left"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "a status without a name"),
    };
}
