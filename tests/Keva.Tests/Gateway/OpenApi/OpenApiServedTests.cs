using System.Net.Http.Headers;
using System.Text;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Http;
using Keva.Node.Gateway.Http.Gossip;

namespace Keva.Tests.Gateway.OpenApi;

/// <summary>The description of the HTTP interface beside what is served.</summary>
public sealed class OpenApiServedTests(NodeAlone alone) : IClassFixture<NodeAlone>, IAsyncLifetime
{
    /// <summary>One path stands for all of them: they are parts of a page, and none is of use by itself.</summary>
    private const string DashboardFiles = "/dashboard/";

    private TestGateway gateway = null!;
    private OpenApiDocument document = null!;
    private AnswerCheck answers = null!;

    public async Task InitializeAsync()
    {
        gateway = await TestGateway.StartAsync(moreRoutes: GossipRoutes.Of(new ScriptedGossipService()));
        document = await OpenApiDocument.ReadAsync(gateway);
        answers = new AnswerCheck(document);
    }

    public async Task DisposeAsync() => await gateway.DisposeAsync();

    [Fact]
    public void Every_method_of_every_path_that_a_node_serves_is_described_and_no_other()
    {
        // HEAD is said to be served as GET is, and written out for keys only.
        var served = from route in alone.Node.Served
                     let path = route.Path.StartsWith(DashboardFiles, StringComparison.Ordinal) ? DashboardFiles + "{file}" : route.Path
                     from method in route.Allow.Split(", ")
                     where method != "HEAD" || path == StorageEndpoint.Route
                     select $"{method} {path}";

        Assert.Equal(
            served.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            document.Operations.Select(operation => operation.ToString()).Order(StringComparer.Ordinal));
        Assert.All(
            alone.Node.Served.Where(route => route.Allow.Contains("GET", StringComparison.Ordinal)),
            route => Assert.Contains("HEAD", route.Allow, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_answer_of_a_node_is_as_it_is_described()
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var request in DescribedRequests.All)
        {
            var operation = document.OperationOf(request.Method, request.Path);
            asked.Add(operation.ToString());
            using var message = MessageOf(request);
            using var response = await alone.Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
            var body = await BeginningOfAsync(response);

            Assert.True(request.Status == (int)response.StatusCode, $"{request.Method} {request.Target} is {(int)response.StatusCode}: {body}");
            answers.Check(operation, request.Status, HeadersOf(response), body);
        }

        Assert.Equal(document.Operations.Select(operation => operation.ToString()).Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ErrorMapTests.Contract), MemberType = typeof(ErrorMapTests))]
    public async Task Every_error_of_the_store_that_is_described_is_as_it_is_described(KevaError error, int status, string code, bool retry)
    {
        gateway.Service.View = Views.Leading("host2");
        gateway.Service.Failure = new KevaFailure(error, "Something is the matter.", Limit: 99);
        foreach (var (method, target, body) in new[]
                 {
                     ("GET", "/v1/storage/key/a", ""),
                     ("PUT", "/v1/storage/key/a", "v"),
                     ("DELETE", "/v1/storage/key/a", ""),
                     ("POST", "/", """{"cmd":"get","key":"a"}"""),
                     ("POST", "/", """{"cmd":"set","key":"a","val":"v"}"""),
                 })
        {
            var operation = document.OperationOf(method, target);
            var response = await gateway.SendAsync(method, target, body: body);
            var described = document.ResponsesOf(operation).Where(answer => answer.Status == response.Status).ToList();
            if (described.Count > 0)
            {
                answers.Check(operation, response.Status, response.Headers, response.Text);
            }

            Assert.Equal(code, response.Error.Code);
            Assert.Equal(retry, response.Headers.ContainsKey("retry-after"));
            Assert.True(described.Count > 0 || !IsOfEveryWrite(status) || method == "GET", $"{status} of {operation}");
        }
    }

    [Fact]
    public async Task Lines_of_the_gossip_are_as_they_are_described()
    {
        foreach (var (method, target, body) in new[]
                 {
                     ("GET", "/v1/monitor", ""),
                     ("POST", "/v1/query", """{"name":"uptime"}"""),
                     ("POST", "/v1/keys", """{"operation":"list"}"""),
                     ("POST", "/v1/keys", """{"operation":"install","key":"AAECAwQFBgcICQoLDA0ODw=="}"""),
                     ("POST", "/v1/members/force-leave", """{"name":"agent"}"""),
                     ("POST", "/v1/cluster/join", """{"address":"127.0.0.1:3700"}"""),
                 })
        {
            using var message = MessageOf(new DescribedRequest(method, target, 200, body));
            using var response = await gateway.Client.SendAsync(message);

            answers.Check(document.OperationOf(method, target), (int)response.StatusCode, HeadersOf(response), await response.Content.ReadAsStringAsync());
        }
    }

    /// <summary>What can go wrong with a write wherever it is sent.</summary>
    private static bool IsOfEveryWrite(int status) => status is 400 or 429 or 500 or 504 or 507;

    private static HttpRequestMessage MessageOf(DescribedRequest request)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Target);
        if (request.Body.Length > 0)
        {
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body));
        }

        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return message;
    }

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response) =>
        response.Headers.Concat<KeyValuePair<string, IEnumerable<string>>>(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);

    /// <summary>The body; of one that does not end, what came until a whole line of it was there.</summary>
    private static async Task<string> BeginningOfAsync(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentLength is not null || !IsStream(response.Content.Headers.ContentType))
        {
            return await response.Content.ReadAsStringAsync();
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var text = new StringBuilder();
        while (await reader.ReadLineAsync() is { } line)
        {
            text.Append(line).Append('\n');
            if (line.StartsWith('{') || line.StartsWith("data: ", StringComparison.Ordinal))
            {
                break;
            }
        }

        return text.ToString();
    }

    private static bool IsStream(MediaTypeHeaderValue? type) => type?.MediaType is "text/event-stream" or "application/x-ndjson";
}
