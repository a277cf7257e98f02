using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Keva.Cli.Commands.Gossip;

/// <summary>The gossip of one node, over HTTP.</summary>
internal sealed class GossipClient(NodeConnection node)
{
    /// <summary>A node that writes longer lines is none.</summary>
    private const int MostLineCharacters = 1 << 20;

    public Task<MemberList> GetMembersAsync(IEnumerable<(string Name, string Value)> filters, CancellationToken cancellation)
    {
        var query = string.Join('&', filters.Select(filter => $"{filter.Name}={Uri.EscapeDataString(filter.Value)}"));
        return node.GetAsync<MemberList>("/v1/members" + (query.Length > 0 ? "?" + query : ""), cancellation);
    }

    /// <summary>The question is put when the first task ends; what comes back comes as it comes.</summary>
    public async Task<IAsyncEnumerable<QueryLine>> QueryAsync(object question, CancellationToken cancellation)
    {
        var response = await node.SendAsync(node.Post("/v1/query", question), cancellation, isStream: true);
        return ReadQueryAsync(response, cancellation);
    }

    /// <summary>What happens from the moment on at which the task ends, a JSON object each.</summary>
    public async Task<IAsyncEnumerable<JsonElement>> MonitorAsync(CancellationToken cancellation)
    {
        var response = await node.SendAsync(new HttpRequestMessage(HttpMethod.Get, node.UrlOf("/v1/monitor")), cancellation, isStream: true);
        return ReadLinesAsync<JsonElement>(response, cancellation);
    }

    private async IAsyncEnumerable<QueryLine> ReadQueryAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var isWhole = false;
        await foreach (var line in ReadLinesAsync<QueryLine>(response, cancellation))
        {
            isWhole |= line.Type == "done";
            yield return line;
        }

        if (!isWhole)
        {
            throw new KevaRequestException("the node stopped answering before the query ended", ExitCode.Failure);
        }
    }

    private async IAsyncEnumerable<T> ReadLinesAsync<T>(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using (response)
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            using var reader = new StreamReader(stream);
            while (await ReadLineAsync(reader, cancellation) is { } line)
            {
                yield return Parse<T>(line);
            }
        }
    }

    /// <summary>Null at the end, which a broken connection is as well.</summary>
    private static async Task<string?> ReadLineAsync(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadLineAsync(cancellation);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private T Parse<T>(string line)
    {
        try
        {
            return (line.Length <= MostLineCharacters ? JsonSerializer.Deserialize<T>(line, CliJson.Options) : default) ?? throw node.NoNode();
        }
        catch (Exception exception) when (NodeConnection.IsUnreadable(exception))
        {
            throw node.NoNode();
        }
    }
}
