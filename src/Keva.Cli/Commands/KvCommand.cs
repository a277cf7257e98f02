using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Keva.Cli.Commands;

/// <summary><c>keva kv get|set|delete</c>: keys and values of a running cluster.</summary>
internal static class KvCommand
{
    private const string GetDescription = """
        Prints the value of a key; exits with 4 if there is no such key. In a pipe these are the bytes and nothing else.

        Example:
          keva kv get greeting
          keva kv get greeting --stale
        """;

    private const string SetDescription = """
        Sets a key, and prints the revision of the change once it is on the disks of a majority.

        Example:
          keva kv set greeting hello
          date | keva kv set time -
        """;

    private const string DeleteDescription = """
        Deletes a key; exits with 4 if there was no such key.

        Example:
          keva kv delete greeting
        """;

    public static Command Create(CommandInput input)
    {
        var node = new NodeOptions(recursive: true);
        var command = new Command("kv", "Reads and writes keys.");
        node.AddTo(command);
        command.Subcommands.Add(CreateGet(node));
        command.Subcommands.Add(CreateSet(node, input));
        command.Subcommands.Add(CreateDelete(node));
        return command;
    }

    private static Command CreateGet(NodeOptions node)
    {
        var key = KeyArgument();
        var stale = new Option<bool>("--stale") { Description = "read what the node has, also without a leader" };
        var get = new Command("get", GetDescription) { key, stale };
        get.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var client = new KevaHttpClient(connection);
            var found = await client.GetAsync(parsed.GetValue(key)!, parsed.GetValue(stale), cancellation);
            if (found is not { } value)
            {
                Terminal.Error($"there is no key '{parsed.GetValue(key)}'");
                return ExitCode.NotFound;
            }

            if (output.IsJson)
            {
                output.Show(JsonOf(parsed.GetValue(key)!, value), "");
                return ExitCode.Ok;
            }

            await using var bytes = Console.OpenStandardOutput();
            await bytes.WriteAsync(value.Bytes, cancellation);
            if (!Console.IsOutputRedirected)
            {
                // A prompt must not stick to the value; a pipe gets the bytes and nothing else.
                await bytes.WriteAsync("\n"u8.ToArray(), cancellation);
            }

            return ExitCode.Ok;
        }));
        return get;
    }

    private static Command CreateSet(NodeOptions node, CommandInput input)
    {
        var key = KeyArgument();
        var value = new Argument<string>("value") { Description = "the value, or - to read it from the standard input" };
        var set = new Command("set", SetDescription) { key, value };
        set.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var client = new KevaHttpClient(connection);
            var revision = await client.SetAsync(parsed.GetValue(key)!, await ReadValueAsync(parsed.GetValue(value)!, input, cancellation), cancellation);
            Report(output, parsed.GetValue(key)!, revision);
            return ExitCode.Ok;
        }));
        return set;
    }

    private static Command CreateDelete(NodeOptions node)
    {
        var key = KeyArgument();
        var delete = new Command("delete", DeleteDescription) { key };
        delete.SetAction((parsed, cancellation) => node.RunAsync(parsed, async (connection, output) =>
        {
            var client = new KevaHttpClient(connection);
            if (await client.DeleteAsync(parsed.GetValue(key)!, cancellation) is not { } revision)
            {
                Terminal.Error($"there is no key '{parsed.GetValue(key)}'");
                return ExitCode.NotFound;
            }

            Report(output, parsed.GetValue(key)!, revision);
            return ExitCode.Ok;
        }));
        return delete;
    }

    private static Argument<string> KeyArgument() => new("key") { Description = "the key, taken as it is: nothing needs to be escaped" };

    private static void Report(CommandOutput output, string key, long revision) =>
        output.Show(new { key, revision }, string.Create(CultureInfo.InvariantCulture, $"revision {revision}"));

    /// <summary>As text where it is text, so that <c>jq .value</c> does what one expects; in base 64 where it is not.</summary>
    private static object JsonOf(string key, StoredValue found) => Utf8.IsValid(found.Bytes)
        ? new { key, value = Encoding.UTF8.GetString(found.Bytes), value64 = Convert.ToBase64String(found.Bytes), revision = found.Revision }
        : new { key, value64 = Convert.ToBase64String(found.Bytes), revision = found.Revision };

    private static async Task<byte[]> ReadValueAsync(string value, CommandInput input, CancellationToken cancellation) =>
        value == "-" ? await input.ReadAllAsync(cancellation) : Encoding.UTF8.GetBytes(value);
}
