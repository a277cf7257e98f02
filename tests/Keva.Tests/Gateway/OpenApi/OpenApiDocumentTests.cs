using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Events;
using Keva.Node.Gateway.Http;
using Keva.Node.Hosting;

namespace Keva.Tests.Gateway.OpenApi;

/// <summary>The description of the HTTP interface: whether it is well made, and says of errors what is true.</summary>
public sealed partial class OpenApiDocumentTests : IAsyncLifetime
{
    private const int MatchTimeoutMilliseconds = 1000;

    private TestGateway gateway = null!;
    private OpenApiDocument document = null!;

    public async Task InitializeAsync()
    {
        gateway = await TestGateway.StartAsync();
        document = await OpenApiDocument.ReadAsync(gateway);
    }

    public async Task DisposeAsync() => await gateway.DisposeAsync();

    [Fact]
    public async Task It_is_served_as_JSON_to_GET_and_without_its_body_to_HEAD()
    {
        await using var connection = await gateway.ConnectAsync();

        var head = await connection.SendAsync("HEAD", "/openapi.json");
        var get = await connection.SendAsync("GET", "/openapi.json");
        var post = await connection.SendAsync("POST", "/openapi.json");
        var parameter = await connection.SendAsync("GET", "/openapi.json?version=2");

        Assert.Equal((200, 200, 405, 400), (head.Status, get.Status, post.Status, parameter.Status));
        Assert.Equal("application/json", get.Headers["content-type"]);
        Assert.Equal(head.Headers["content-length"], get.Body.Length.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void It_is_of_this_version_of_the_software()
    {
        Assert.Equal("3.1.0", document.Root.GetProperty("openapi").GetString());
        Assert.Equal(NodeVersion.Text, document.Root.GetProperty("info").GetProperty("version").GetString());
        Assert.DoesNotContain("{{", document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_reads_such_documents_finds_nothing_wrong_in_it()
    {
        var read = Microsoft.OpenApi.OpenApiDocument.Parse(document.Text, "json");

        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.Equal(document.Operations.Count, read.Document!.Paths.Values.Sum(path => path.Operations!.Count));
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_everything_that_can_be_referred_to_is()
    {
        var references = document.Objects()
            .Where(item => item.TryGetProperty("$ref", out _))
            .Select(item => item.GetProperty("$ref").GetString()!)
            .ToHashSet(StringComparer.Ordinal);

        Assert.All(references, reference => document.Find(reference));
        var components = from kind in document.Root.GetProperty("components").EnumerateObject()
                         from component in kind.Value.EnumerateObject()
                         select $"#/components/{kind.Name}/{component.Name}";
        Assert.Equal(components.Order(StringComparer.Ordinal), references.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_choice_by_a_property_leads_to_a_schema_that_has_it()
    {
        var command = document.Schemas.GetProperty("Command").GetProperty("discriminator");
        var name = command.GetProperty("propertyName").GetString()!;

        Assert.All(command.GetProperty("mapping").EnumerateObject(), choice => Assert.Contains(
            choice.Name,
            document.Find(choice.Value.GetString()!).GetProperty("properties").GetProperty(name).GetProperty("enum").EnumerateArray().Select(value => value.GetString())));
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own_a_summary_and_a_tag_that_is_explained()
    {
        var tags = document.Root.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()!).ToHashSet(StringComparer.Ordinal);
        var names = document.Operations.Select(operation => operation.Element.GetProperty("operationId").GetString()!).ToList();

        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(document.Operations, operation =>
        {
            Assert.EndsWith(".", operation.Element.GetProperty("summary").GetString(), StringComparison.Ordinal);
            Assert.All(operation.Element.GetProperty("tags").EnumerateArray(), tag => Assert.Contains(tag.GetString()!, tags));
        });
        Assert.Equal(tags, document.Operations.Select(operation => operation.Element.GetProperty("tags")[0].GetString()!).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_name_in_the_braces_of_a_path_is_a_required_parameter_and_no_other_is_of_the_path()
    {
        Assert.All(document.Operations, operation =>
        {
            var named = NameInBraces().Matches(operation.Path).Select(match => match.Groups["name"].Value);
            var parameters = document.ParametersOf(operation).Where(parameter => parameter.GetProperty("in").GetString() == "path").ToList();

            Assert.Equal(named, parameters.Select(parameter => parameter.GetProperty("name").GetString()!));
            Assert.All(parameters, parameter => Assert.True(parameter.GetProperty("required").GetBoolean()));
        });
    }

    [Fact]
    public void Every_answer_is_described_with_who_gives_it_and_every_body_with_its_schema()
    {
        foreach (var operation in document.Operations)
        {
            foreach (var (status, response) in document.ResponsesOf(operation))
            {
                Assert.True(response.GetProperty("description").GetString()!.Length > 0, $"{status} of {operation}");
                Assert.True(response.GetProperty("headers").TryGetProperty("Keva-Node", out _), $"{status} of {operation}");
                Assert.True(response.GetProperty("headers").TryGetProperty("Keva-Leader", out _), $"{status} of {operation}");
                Assert.All(
                    response.TryGetProperty("content", out var content) ? content.EnumerateObject() : [],
                    type => document.Resolve(type.Value.GetProperty("schema")));
            }
        }
    }

    [Fact]
    public void Every_example_of_a_body_is_as_its_schema_says()
    {
        var schemas = new SchemaCheck(document);
        var described = document.Objects().Where(item => item.TryGetProperty("schema", out _) && item.TryGetProperty("examples", out _)).ToList();

        Assert.NotEmpty(described);
        Assert.All(described, item => Assert.All(
            item.GetProperty("examples").EnumerateObject(),
            example => Assert.Null(schemas.Difference(example.Value.GetProperty("value"), item.GetProperty("schema"), example.Name))));
    }

    [Fact]
    public void The_codes_of_errors_and_their_statuses_are_those_of_the_error_map()
    {
        var rows = Enum.GetValues<KevaError>().Select(ErrorMap.Of).ToList();
        var schema = document.Schemas.GetProperty("ErrorCode");
        var table = RowOfCode().Matches(schema.GetProperty("description").GetString()!)
            .Select(row => (row.Groups["code"].Value, int.Parse(row.Groups["status"].Value, CultureInfo.InvariantCulture), row.Groups["again"].Value.Contains("Retry-After", StringComparison.Ordinal)))
            .ToList();

        Assert.Equal(rows.Select(row => row.Code).Order(StringComparer.Ordinal), schema.GetProperty("enum").EnumerateArray().Select(code => code.GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(rows.Select(row => (row.Code, row.Status, row.RetryAfterSeconds is not null)).Order(), table.Order());
    }

    [Fact]
    public void Every_answer_that_is_an_error_shows_its_codes_with_the_status_of_the_error_map()
    {
        var rows = Enum.GetValues<KevaError>().Select(ErrorMap.Of).Append(ErrorMap.LeaderRedirect).ToList();
        var shown = (from operation in document.Operations
                     from answer in document.ResponsesOf(operation)
                     where answer.Status is >= 400 or 307
                     from example in answer.Response.GetProperty("content").GetProperty("application/json").GetProperty("examples").EnumerateObject()
                     select (answer.Status, answer.Response, example)).ToList();

        Assert.All(shown, item =>
        {
            Assert.Equal(item.example.Name, item.example.Value.GetProperty("value").GetProperty("code").GetString());
            var row = Assert.Single(rows, row => row.Code == item.example.Name && row.Status == item.Status);
            Assert.True(row.RetryAfterSeconds is null || item.Response.GetProperty("headers").TryGetProperty("Retry-After", out _), row.Code);
        });

        // No path that is described answers with 405: only a method that is not described does.
        var missing = rows.Select(row => (row.Status, row.Code)).Except(shown.Select(item => (item.Status, item.example.Name)));
        Assert.Equal([(405, "method_not_allowed")], missing);
    }

    [Fact]
    public void The_events_of_the_cluster_are_those_that_there_are() => Assert.Equal(
        Enum.GetValues<ClusterEventKind>().Select(ClusterEventsEndpoint.NameOf),
        document.Schemas.GetProperty("ClusterEvent").GetProperty("properties").GetProperty("event").GetProperty("enum").EnumerateArray().Select(name => name.GetString()!));

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.None, MatchTimeoutMilliseconds)]
    private static partial Regex NameInBraces();

    [GeneratedRegex(@"^\| `(?<code>\w+)` \| (?<status>\d+) \|(?<again>.*)\|$", RegexOptions.Multiline, MatchTimeoutMilliseconds)]
    private static partial Regex RowOfCode();
}
