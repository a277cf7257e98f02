using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Keva.Cluster.Tests.Harness;

/// <summary>A member as <c>/v1/cluster</c> tells of it.</summary>
internal sealed record MemberLine(
    string Id, string Name, string KevaAddress, string Role, string Status, long? MatchIndex, long? AppliedIndex, string? StateHash)
{
    public bool IsVoter => Role is "leader" or "voter";
}

/// <summary>What <c>/v1/cluster</c> tells.</summary>
internal sealed record ClusterPicture(string? Leader, long Term, long CommitIndex, IReadOnlyList<MemberLine> Members)
{
    public IEnumerable<string> Names => Members.Select(member => member.Name);

    public MemberLine this[string name] => Members.Single(member => member.Name == name);
}

/// <summary>Talks to one node as any program would, and follows nothing by itself.</summary>
internal sealed class KevaClient(string url) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
    })
    {
        Timeout = TimeSpan.FromSeconds(20),
    };

    public void Dispose() => http.Dispose();

    public Task<Answer> SetAsync(string key, byte[] value) => SendAsync(HttpMethod.Put, PathOf(key), value);

    public Task<Answer> SetAsync(string key, string value) => SetAsync(key, Encoding.UTF8.GetBytes(value));

    public Task<Answer> GetAsync(string key, string query = "") => SendAsync(HttpMethod.Get, PathOf(key) + query);

    public Task<Answer> GetStaleAsync(string key) => GetAsync(key, "?consistency=stale");

    public Task<Answer> DeleteAsync(string key) => SendAsync(HttpMethod.Delete, PathOf(key));

    public Task<Answer> CommandAsync(string json, string contentType = "application/json") =>
        SendAsync(HttpMethod.Post, "/", Encoding.UTF8.GetBytes(json), contentType);

    public async Task<ClusterPicture> ClusterAsync()
    {
        var json = (await SendAsync(HttpMethod.Get, "/v1/cluster")).Json;
        return new ClusterPicture(
            json.GetProperty("leader").GetString(),
            json.GetProperty("term").GetInt64(),
            json.GetProperty("commit_index").GetInt64(),
            json.GetProperty("members").EnumerateArray().Select(ReadMember).ToArray());
    }

    public async Task<bool> IsReadyAsync() => (await SendAsync(HttpMethod.Get, "/health/ready")).IsSuccess;

    /// <summary>A request to a path that is sent as it stands.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, byte[]? body = null, string? contentType = null, CancellationToken cancellation = default)
    {
        var target = new Uri(url + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, target);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }

        using var response = await http.SendAsync(request, cancellation);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation), headers);
    }

    public static string PathOf(string key) => "/v1/storage/key/" + Uri.EscapeDataString(key);

    private static MemberLine ReadMember(JsonElement member) =>
        new(
            member.GetProperty("id").GetString()!,
            member.GetProperty("name").GetString()!,
            member.GetProperty("keva_address").GetString()!,
            member.GetProperty("role").GetString()!,
            member.GetProperty("status").GetString()!,
            ReadNumber(member.GetProperty("match_index")),
            ReadNumber(member.GetProperty("applied_index")),
            member.GetProperty("state_hash").GetString());

    private static long? ReadNumber(JsonElement element) => element.ValueKind == JsonValueKind.Null ? null : element.GetInt64();
}
