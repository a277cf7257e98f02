using System.Reflection;
using System.Text;
using Keva.Node.Configuration;
using Keva.Node.Configuration.Hocon;

namespace Keva.Tests.Settings;

/// <summary>reference.conf, the settings records and the documentation say the same.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, Type> Sections = new(StringComparer.Ordinal)
    {
        ["raft"] = typeof(RaftSettings),
        ["journal"] = typeof(JournalSettings),
        ["store"] = typeof(StoreSettings),
        ["http"] = typeof(HttpSettings),
        ["transport"] = typeof(TransportSettings),
        ["gossip"] = typeof(GossipSettings),
        ["membership"] = typeof(MembershipSettings),
        ["actors"] = typeof(ActorSettings),
        ["logging"] = typeof(LoggingSettings),
        ["telemetry"] = typeof(TelemetrySettings),
        ["warnings"] = typeof(WarningSettings),
    };

    [Fact]
    public void Every_property_has_a_default_and_every_default_a_property()
    {
        var properties = Sections
            .SelectMany(section => section.Value.GetProperties(BindingFlags.Public | BindingFlags.Instance), (section, property) => $"{section.Key}.{KebabCase(property.Name)}")
            .Append("cluster.name");
        Assert.Equal(properties.Order(StringComparer.Ordinal), Defaults().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_default_is_a_setting_that_the_loader_knows()
    {
        var shown = SettingsLoader.Load(new StartOptions()).Effective.Values
            .Where(value => !value.Path.StartsWith("node.", StringComparison.Ordinal))
            .ToDictionary(value => value.Path, value => value.Value, StringComparer.Ordinal);
        Assert.Equal(Defaults().OrderBy(value => value.Key, StringComparer.Ordinal), shown.OrderBy(value => value.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_default_has_a_comment_that_says_meaning_and_range()
    {
        var lines = File.ReadAllLines(Repository.PathOf("hocon", "reference.conf"));
        var settings = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].Contains(" = ", StringComparison.Ordinal) || lines[i].TrimStart().StartsWith('#'))
            {
                continue;
            }

            settings++;
            var comment = lines.Take(i).Reverse().TakeWhile(line => line.TrimStart().StartsWith('#')).Reverse().ToList();
            Assert.True(comment.Count >= 2, $"line {i + 1} needs a comment with meaning, unit and range");
            Assert.Contains(comment, line => (string[])["# Time, ", "# Size, ", "# Number, ", "# Fraction, ", "# on or off", "# text or json", "# An address such as ", "# 1 to 64 characters", "# 16, 24 or 32 bytes"] is var forms
                && forms.Any(form => line.TrimStart().StartsWith(form, StringComparison.Ordinal)));
        }

        Assert.Equal(Defaults().Count, settings);
    }

    [Fact]
    public void Every_range_in_a_comment_is_the_one_that_is_checked()
    {
        var lines = File.ReadAllLines(Repository.PathOf("hocon", "reference.conf"));
        var section = "";
        var min = "";
        var max = "";
        var checkedRanges = 0;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.EndsWith('{') && !line.StartsWith('#'))
            {
                section = line[..^1].Trim();
            }
            else if (line.StartsWith("# Time, ", StringComparison.Ordinal) || line.StartsWith("# Size, ", StringComparison.Ordinal)
                || line.StartsWith("# Number, ", StringComparison.Ordinal) || line.StartsWith("# Fraction, ", StringComparison.Ordinal))
            {
                var range = line[(line.IndexOf(',', StringComparison.Ordinal) + 1)..].Split(" to ");
                min = range[0].Split('(')[0].Trim();
                max = range[1].Split(';', ',')[0].Split(". ")[0].TrimEnd('.');
            }
            else if (line.Contains(" = ", StringComparison.Ordinal) && !line.StartsWith('#'))
            {
                var path = $"{section}.{line.Split(" = ")[0]}";
                if (min.Length > 0)
                {
                    foreach (var outside in (string[])[Outside(min, -1), Outside(max, 1)])
                    {
                        var problem = Assert.Single(SettingsLoader.Load(new StartOptions { Set = [$"{path}={outside}"] }).Problems);
                        Assert.Equal($"{path} must be from {min} to {max}; it is '{outside}'", problem.Message);
                    }

                    foreach (var inside in (string[])[min, max])
                    {
                        var result = SettingsLoader.Load(new StartOptions { Set = [$"{path}={inside}"] });
                        Assert.DoesNotContain(result.Problems, problem => problem.Message.Contains("must be from", StringComparison.Ordinal));
                    }

                    checkedRanges++;
                }

                (min, max) = ("", "");
            }
        }

        // Of the others three are switches, one is a choice, one a name, one a key, and one an address.
        Assert.Equal(Defaults().Count - 7, checkedRanges);
    }

    [Fact]
    public void The_documentation_lists_every_setting_with_its_default()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "CONFIGURATION.md"));
        Assert.All(Defaults(), setting => Assert.Contains($"| `{setting.Key}` | `{setting.Value}` |", page, StringComparison.Ordinal));
        var rows = page.Split('\n').Count(line => line.StartsWith("| `", StringComparison.Ordinal) && line.Contains("` | `", StringComparison.Ordinal));
        Assert.Equal(Defaults().Count, rows);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("lan")]
    [InlineData("wan")]
    public void Every_profile_is_valid_alone_and_built_in_as_it_stands_in_the_repository(string profile)
    {
        var fromName = SettingsLoader.Load(new StartOptions { Hocon = [profile] });
        var fromFile = SettingsLoader.Load(new StartOptions { Hocon = [Repository.PathOf("hocon", profile + ".conf")] });
        Assert.Empty(fromName.Problems);
        Assert.Equal(fromFile.Effective.Values.Select(value => (value.Path, value.Value)), fromName.Effective.Values.Select(value => (value.Path, value.Value)));
    }

    private static Dictionary<string, string> Defaults()
    {
        var root = HoconReader.Read("reference.conf", File.ReadAllText(Repository.PathOf("hocon", "reference.conf")));
        return root.Fields
            .SelectMany(section => ((HoconObject)section.Value).Fields, (section, setting) => ($"{section.Key}.{setting.Key}", setting.Value.ToString()!))
            .ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>A value one step below or above a bound, in the bound's own unit or a smaller one.</summary>
    private static string Outside(string bound, int direction)
    {
        if (DurationFormat.TryParse(bound, out var duration, out var isTime) && isTime)
        {
            return DurationFormat.Render(duration + TimeSpan.FromMicroseconds(direction));
        }

        if (ByteSizeFormat.TryParse(bound, out var bytes, out var isSize) && isSize)
        {
            return ByteSizeFormat.Render(bytes + direction);
        }

        return (decimal.Parse(bound, System.Globalization.CultureInfo.InvariantCulture) + direction).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string KebabCase(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
