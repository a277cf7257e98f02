using System.Runtime.InteropServices;
using System.Text.Json;
using Keva.Node.Gossip;
using Keva.Node.Hosting;
using GossipStatus = Keva.Serf.MemberStatus;

namespace Keva.Node.Gateway.Http.Gossip;

/// <summary><c>GET /v1/info</c>: what Serf's <c>info</c> tells, as far as there is such a thing here, in the same sections.</summary>
internal sealed class InfoEndpoint(IGossipService gossip)
{
    public async ValueTask HandleAsync(HttpExchange exchange)
    {
        if (ReadParameters.RefuseAny(exchange.Target.Query) is { } failure)
        {
            await exchange.SendErrorAsync(failure);
            return;
        }

        var view = await gossip.GetViewAsync(exchange.Aborted);
        exchange.ResponseHeaders.CacheControl = KevaHeaders.NoCache;
        var json = exchange.StartJson();
        json.WriteStartObject();
        json.WriteStartObject("agent"u8);
        json.WriteString("name"u8, view.Name);
        json.WriteEndObject();
        json.WriteStartObject("event_handlers"u8);
        json.WriteEndObject();
        WriteRuntime(json);
        WriteGossip(json, view);
        GossipJson.WriteTags(
            json, view.Members.FirstOrDefault(member => member.Name == view.Name)?.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal));
        json.WriteEndObject();
        await exchange.SendJsonAsync();
    }

    private static void WriteRuntime(Utf8JsonWriter json)
    {
        json.WriteStartObject("runtime"u8);
        json.WriteString("arch"u8, ArchitectureName());
        json.WriteNumber("cpu_count"u8, Environment.ProcessorCount);
        json.WriteString("keva_version"u8, NodeVersion.Text);
        json.WriteString("os"u8, OperatingSystemName());
        json.WriteString("version"u8, RuntimeInformation.FrameworkDescription);
        json.WriteEndObject();
    }

    private static void WriteGossip(Utf8JsonWriter json, GossipView view)
    {
        json.WriteStartObject("serf"u8);
        json.WriteNumber("dropped"u8, view.Dropped);
        json.WriteBoolean("encrypted"u8, view.IsEncrypted);
        json.WriteNumber("event_time"u8, view.Clocks.Events);
        json.WriteNumber("failed"u8, view.Members.Count(member => member.Status == GossipStatus.Failed));
        json.WriteNumber("health_score"u8, view.HealthScore);
        json.WriteNumber("left"u8, view.Members.Count(member => member.Status == GossipStatus.Left));
        json.WriteNumber("malformed_peers"u8, view.MalformedPeers);
        json.WriteNumber("member_time"u8, view.Clocks.Members);
        json.WriteNumber("members"u8, view.Members.Count);
        json.WriteNumber("query_time"u8, view.Clocks.Queries);
        json.WriteNumber("refused_messages"u8, view.RefusedMessages);
        json.WriteEndObject();
    }

    /// <summary>By the names that Serf's program uses.</summary>
    private static string ArchitectureName() => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.X86 => "386",
        Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static string OperatingSystemName() =>
        OperatingSystem.IsLinux() ? "linux"
        : OperatingSystem.IsMacOS() ? "darwin"
        : OperatingSystem.IsWindows() ? "windows"
        : RuntimeInformation.OSDescription;
}
