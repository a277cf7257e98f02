using System.Globalization;

namespace Keva.Cli.Commands.Gossip;

/// <summary>What <c>serf keys</c> says of an operation.</summary>
internal sealed class KeysText(string operation)
{
    public string Beginning => operation switch
    {
        "install" => "==> Installing key on all members...",
        "use" => "==> Changing primary key on all members...",
        "remove" => "==> Removing key on all members...",
        _ => "==> Asking all members for installed keys...",
    };

    public string Success(KeysModel result) => operation switch
    {
        "install" => "==> Successfully installed key!",
        "use" => "==> Successfully changed primary key!",
        "remove" => "==> Successfully removed key!",
        _ => $"==> Keys gathered, listing cluster keys...\n\n{List(result)}",
    };

    public string Failure(KeysModel result)
    {
        var nodes = Columns.Align([.. result.Failures
            .OrderBy(failure => failure.Key, StringComparer.Ordinal)
            .Select(failure => new[] { "failed:", failure.Key, failure.Value })]);
        var what = operation switch
        {
            "install" => "Error installing key",
            "use" => "Error changing primary key",
            "remove" => "Error removing key",
            _ => "Failed to gather member keys",
        };
        return $"{(nodes.Length > 0 ? nodes + "\n" : "")}\n{what}: {result.Problem}";
    }

    private static string List(KeysModel result) => Columns.Align([.. (result.Keys ?? new Dictionary<string, int>(StringComparer.Ordinal))
        .OrderBy(key => key.Key, StringComparer.Ordinal)
        .Select(key => new[] { key.Key, string.Create(CultureInfo.InvariantCulture, $"[{key.Value}/{result.Nodes}]") })]);
}
