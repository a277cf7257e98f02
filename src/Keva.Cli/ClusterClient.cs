using System.Text;
using System.Text.Json;

namespace Keva.Cli;

/// <summary>Who the members are, and changes of that, over HTTP.</summary>
internal sealed class ClusterClient(NodeConnection node)
{
    /// <summary>Has the node do something.</summary>
    /// <exception cref="KevaRequestException">It was not done.</exception>
    public async Task PostAsync(string path, object body, CancellationToken cancellation)
    {
        var content = new StringContent(JsonSerializer.Serialize(body, CliJson.Options), Encoding.UTF8, "application/json");
        using var response = await node.SendAsync(new HttpRequestMessage(HttpMethod.Post, node.UrlOf(path)) { Content = content }, cancellation);
    }

    /// <summary>The leader's name, or null.</summary>
    public Task<string?> GetLeaderAsync(CancellationToken cancellation) =>
        ReadAsync(cluster => cluster.GetProperty("leader").GetString(), cancellation);

    /// <summary>The names of the members of this status.</summary>
    public Task<IReadOnlyList<string>> GetMembersAsync(string status, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<string>>(
            cluster => [.. cluster.GetProperty("members").EnumerateArray()
                .Where(member => member.GetProperty("status").ValueEquals(status))
                .Select(member => member.GetProperty("name").GetString() ?? "")],
            cancellation);

    private async Task<T> ReadAsync<T>(Func<JsonElement, T> read, CancellationToken cancellation)
    {
        using var response = await node.SendAsync(new HttpRequestMessage(HttpMethod.Get, node.UrlOf("/v1/cluster")), cancellation);
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            return read(json.RootElement);
        }
        catch (Exception exception) when (NodeConnection.IsUnreadable(exception))
        {
            throw node.NoNode();
        }
    }
}
