using System.Text;
using System.Text.Json;

namespace Keva.Tests.Gateway;

public sealed class KeyUrlTests
{
    private const string Prefix = "/v1/storage/key/";

    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("a%20b", "a b")]
    [InlineData("a+b", "a+b")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%2fb", "a/b")]
    [InlineData("a/b/c", "a/b/c")]
    [InlineData("%252F", "%2F")]
    [InlineData("%2520", "%20")]
    [InlineData("..", "..")]
    [InlineData("../../health/live", "../../health/live")]
    [InlineData("./a/./b", "./a/./b")]
    [InlineData("%2e%2E/a", "../a")]
    [InlineData("/", "/")]
    [InlineData("//a//", "//a//")]
    [InlineData("a?", "a")]
    [InlineData("a%3Fb", "a?b")]
    [InlineData("a%23b", "a#b")]
    [InlineData("a;b=c,d&e", "a;b=c,d&e")]
    [InlineData("%D0%BA%D0%BB%D1%8E%D1%87", "ключ")]
    [InlineData("%E9%8D%B5", "鍵")]
    [InlineData("%F0%9F%97%9D%EF%B8%8F", "🗝️")]
    [InlineData("%0A%0D%09", "\n\r\t")]
    [InlineData("{}|\\^`\"<>", "{}|\\^`\"<>")]
    [InlineData("%EF%BB%BFa", "\uFEFFa")]
    public async Task A_key_is_what_the_URL_spells_decoded_once(string encoded, string key)
    {
        await using var gateway = await TestGateway.StartAsync();

        var put = await gateway.SendAsync("PUT", Prefix + encoded, body: "v");
        var get = await gateway.SendAsync("GET", Prefix + encoded);

        Assert.Equal(200, put.Status);
        Assert.Equal(key, Assert.Single(gateway.Service.Keys));
        Assert.Equal((200, "v"), (get.Status, get.Text));
    }

    [Theory]
    [InlineData("%", "'%'")]
    [InlineData("a%2", "'%2'")]
    [InlineData("%zz", "'%zz'")]
    [InlineData("%u0041", "'%u0'")]
    [InlineData("a%+1b", "'%+1'")]
    [InlineData("%FF", "UTF-8")]
    [InlineData("%C0%80", "UTF-8")]
    [InlineData("%ED%A0%80", "UTF-8")]
    [InlineData("%E9%8D", "UTF-8")]
    [InlineData("", "empty")]
    [InlineData("?consistency=stale", "empty")]
    [InlineData("a#b", "%23")]
    public async Task What_is_no_key_is_refused_with_the_reason(string encoded, string reason)
    {
        await using var gateway = await TestGateway.StartAsync();

        foreach (var method in new[] { "GET", "PUT", "DELETE" })
        {
            var response = await gateway.SendAsync(method, Prefix + encoded);

            Assert.Equal((400, "bad_request"), (response.Status, response.Error.Code));
            Assert.Contains(reason, response.Error.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(0, gateway.Service.Calls);
    }

    [Theory]
    [InlineData("http://localhost/v1/storage/key/a%2Fb", "a/b")]
    [InlineData("http://localhost/v1/storage/key/http://x/../y?", "http://x/../y")]
    public async Task A_key_may_come_in_an_absolute_URL(string target, string key)
    {
        await using var gateway = await TestGateway.StartAsync();

        var put = await gateway.SendAsync("PUT", target, body: "v");

        Assert.Equal(200, put.Status);
        Assert.Equal(key, Assert.Single(gateway.Service.Keys));
    }

    [Fact]
    public async Task An_absolute_URL_without_a_path_is_the_root()
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await gateway.SendAsync("GET", "http://localhost");

        Assert.Equal(200, response.Status);
    }

    [Fact]
    public async Task The_longest_key_is_taken_however_it_is_written_and_one_byte_more_is_refused_with_the_limit()
    {
        await using var gateway = await TestGateway.StartAsync();
        var longest = new string('k', 4096);
        var longestEncoded = string.Concat(Enumerable.Repeat("%6B", 4096));

        Assert.Equal(200, (await gateway.SendAsync("PUT", Prefix + longest, body: "v")).Status);
        Assert.Equal("v", (await gateway.SendAsync("GET", Prefix + longestEncoded)).Text);
        foreach (var target in new[] { longest + "k", longestEncoded + "%6B", string.Concat(Enumerable.Repeat("%D0%BA", 2049)) })
        {
            var response = await gateway.SendAsync("GET", Prefix + target);

            Assert.Equal((413, "key_too_large"), (response.Status, response.Error.Code));
            Assert.Equal(4096, JsonDocument.Parse(response.Text).RootElement.GetProperty("limit").GetInt64());
        }
    }

    [Fact]
    public async Task Any_key_that_is_UTF8_survives_the_way_through_a_URL()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var key = RandomText(random);
            var bytes = Encoding.UTF8.GetBytes(key);
            var encoded = string.Concat(bytes.Select(b =>
                char.IsAsciiLetterOrDigit((char)b) && random.Next(2) == 0 ? ((char)b).ToString() : $"%{b:X2}"));

            var put = await connection.SendAsync("PUT", Prefix + encoded, body: "v");

            Assert.Equal(200, put.Status);
            Assert.NotNull(gateway.Service[key]);
        }
    }

    [Theory]
    [InlineData("/v1/storage/key")]
    [InlineData("/v1/storage/keys/a")]
    [InlineData("/V1/storage/key/a")]
    [InlineData("//v1/storage/key/a")]
    [InlineData("/v1/../v1/storage/key/a")]
    [InlineData("//")]
    [InlineData("/v1/cluster/")]
    [InlineData("/favicon.ico")]
    public async Task A_path_that_does_not_exist_is_not_found(string target)
    {
        await using var gateway = await TestGateway.StartAsync();

        var response = await gateway.SendAsync("GET", target);

        Assert.Equal((404, "not_found"), (response.Status, response.Error.Code));
        Assert.Equal(0, gateway.Service.Calls);
    }

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(1, 20); length > 0; length--)
        {
            // No NUL: the server beneath refuses it in a URL. No surrogates: they are no characters.
            var rune = random.Next(4) switch
            {
                0 => new Rune(random.Next(1, 0x80)),
                1 => new Rune(random.Next(0x80, 0x800)),
                2 => new Rune(random.Next(0x800, 0xD800)),
                _ => new Rune(random.Next(0x10000, 0x110000)),
            };
            text.Append(rune.ToString());
        }

        return text.ToString();
    }
}
