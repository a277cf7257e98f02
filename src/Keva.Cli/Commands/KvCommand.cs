using System.CommandLine;
using System.Text.Json;

namespace Keva.Cli.Commands;

/// <summary><c>keva kv get|set|delete</c>: keys and values of a running cluster.</summary>
internal static class KvCommand
{
    public static Command Create()
    {
        var node = new NodeOptions(recursive: true);
        var command = new Command("kv", "Reads and writes keys.");
        node.AddTo(command);
        command.Subcommands.Add(CreateGet(node));
        command.Subcommands.Add(CreateSet(node));
        command.Subcommands.Add(CreateDelete(node));
        return command;
    }

    private static Command CreateGet(NodeOptions node)
    {
        var key = KeyArgument();
        var stale = new Option<bool>("--stale") { Description = "read what the node has, also without a leader" };
        var get = new Command("get", "Prints the value of a key; exits with 4 if there is no such key.") { key, stale };
        get.SetAction((parsed, cancellation) => node.RunAsync(parsed, async connection =>
        {
            var client = new KevaHttpClient(connection);
            var found = await client.GetAsync(parsed.GetValue(key)!, parsed.GetValue(stale), cancellation);
            if (found is not { } value)
            {
                Terminal.Error($"there is no key '{parsed.GetValue(key)}'");
                return ExitCode.NotFound;
            }

            if (node.IsJson(parsed))
            {
                Terminal.Line(JsonSerializer.Serialize(new { key = parsed.GetValue(key), value64 = Convert.ToBase64String(value.Bytes), revision = value.Revision }, CliJson.Options));
                return ExitCode.Ok;
            }

            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(value.Bytes, cancellation);
            if (!Console.IsOutputRedirected)
            {
                // A prompt must not stick to the value; a pipe gets the bytes and nothing else.
                await output.WriteAsync("\n"u8.ToArray(), cancellation);
            }

            return ExitCode.Ok;
        }));
        return get;
    }

    private static Command CreateSet(NodeOptions node)
    {
        var key = KeyArgument();
        var value = new Argument<string>("value") { Description = "the value, or - to read it from the standard input" };
        var set = new Command("set", "Sets a key.") { key, value };
        set.SetAction((parsed, cancellation) => node.RunAsync(parsed, async connection =>
        {
            var client = new KevaHttpClient(connection);
            var revision = await client.SetAsync(parsed.GetValue(key)!, await ReadValueAsync(parsed.GetValue(value)!, cancellation), cancellation);
            Report(node.IsJson(parsed), parsed.GetValue(key)!, revision);
            return ExitCode.Ok;
        }));
        return set;
    }

    private static Command CreateDelete(NodeOptions node)
    {
        var key = KeyArgument();
        var delete = new Command("delete", "Deletes a key; exits with 4 if there was no such key.") { key };
        delete.SetAction((parsed, cancellation) => node.RunAsync(parsed, async connection =>
        {
            var client = new KevaHttpClient(connection);
            if (await client.DeleteAsync(parsed.GetValue(key)!, cancellation) is not { } revision)
            {
                Terminal.Error($"there is no key '{parsed.GetValue(key)}'");
                return ExitCode.NotFound;
            }

            Report(node.IsJson(parsed), parsed.GetValue(key)!, revision);
            return ExitCode.Ok;
        }));
        return delete;
    }

    private static Argument<string> KeyArgument() => new("key") { Description = "the key, taken as it is: nothing needs to be escaped" };

    private static void Report(bool isJson, string key, long revision) =>
        Terminal.Line(isJson
            ? JsonSerializer.Serialize(new { key, revision }, CliJson.Options)
            : $"revision {revision}");

    private static async Task<byte[]> ReadValueAsync(string value, CancellationToken cancellation)
    {
        if (value != "-")
        {
            return System.Text.Encoding.UTF8.GetBytes(value);
        }

        await using var input = Console.OpenStandardInput();
        using var bytes = new MemoryStream();
        await input.CopyToAsync(bytes, cancellation);
        return bytes.ToArray();
    }
}
