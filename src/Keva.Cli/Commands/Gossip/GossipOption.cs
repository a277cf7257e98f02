using System.CommandLine;

namespace Keva.Cli.Commands.Gossip;

/// <summary>Options that go by one dash, as with Serf's program, and by two, as everywhere here.</summary>
internal static class GossipOption
{
    public static Option<T> Of<T>(string name, string description) => new("--" + name, "-" + name) { Description = description };

    /// <summary><c>-tag key=expression</c>, any number of times.</summary>
    public static Option<string[]> Tags()
    {
        var option = Of<string[]>("tag", "only members whose tag matches the regular expression, as in -tag role=web; may be repeated");
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) <= 0))
            {
                result.AddError($"-tag is a name, '=' and a regular expression, not '{token.Value}'");
            }
        });
        return option;
    }
}
