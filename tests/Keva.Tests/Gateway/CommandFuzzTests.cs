using System.Text;
using System.Text.Json;
using Keva.Node.Gateway.Http;

namespace Keva.Tests.Gateway;

public sealed class CommandFuzzTests
{
    private static readonly string[] Seeds =
    [
        """{"cmd":"set","key":"k","val":"v"}""",
        """{"cmd":"set","key":"ключ/🗝","val64":"/wD+"}""",
        """{"cmd":"delete","key":"\ud83d\udd11\u0000"}""",
        """{"cmd":"get","key":"k"}""",
    ];

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "\\ud800", "null", "true", "-1e999", "0", "\"cmd\"", "\"key\"", "\"val\"",
        "\"val64\"", "\"set\"", "\"get\"", "\u0000", "\uFEFF", " ", "\n", "//", "/*", "é", "𝄞",
    ];

    [Fact]
    public void Any_bytes_are_a_command_or_a_refusal()
    {
        var commands = 0;
        for (var seed = 0; seed < 20_000; seed++)
        {
            var json = Mutate(new Random(seed));
            var accepted = KevaCommandParser.TryParse(json, 4096, 1 << 20, out var command, out var failure);

            Assert.Equal(accepted, failure is null);
            Assert.Equal(accepted, command is not null);
            if (command is not null)
            {
                commands++;
                using var document = JsonDocument.Parse(json); // another reader agrees that it is JSON, and on the key
                Assert.Equal(document.RootElement.GetProperty("key").GetString(), Encoding.UTF8.GetString(command.Key));
            }
        }

        Assert.InRange(commands, 100, 19_000); // both sides were met
    }

    [Fact]
    public async Task Any_body_is_answered_and_leaves_the_connection_in_step()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var connection = await gateway.ConnectAsync();
        for (var seed = 0; seed < 300; seed++)
        {
            var json = Mutate(new Random(seed));
            await connection.WriteAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {json.Length}\r\n\r\n");
            await connection.WriteAsync(json);

            var response = await connection.ReadResponseAsync();

            Assert.True(response.Status is 200 or 400 or 404, $"seed {seed}: {response.Status} {response.Text}");
        }

        Assert.Empty(gateway.Log.Lines);
    }

    private static byte[] Mutate(Random random)
    {
        var json = new List<byte>(Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]));
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            var at = random.Next(json.Count);
            switch (random.Next(5))
            {
                case 0:
                    json[at] = (byte)random.Next(256);
                    break;
                case 1:
                    json.RemoveRange(at, Math.Min(random.Next(1, 8), json.Count - at));
                    break;
                case 2:
                    json.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 3:
                    json.InsertRange(at, json.GetRange(0, random.Next(json.Count)));
                    break;
                default:
                    json.RemoveRange(at, json.Count - at);
                    break;
            }

            if (json.Count == 0)
            {
                break;
            }
        }

        return [.. json];
    }
}
