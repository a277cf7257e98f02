using System.Globalization;
using Keva.Node.Configuration;
using Microsoft.Extensions.Configuration;

namespace Keva.Tests.Settings;

public sealed class ConfigurationProviderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_toml_file_is_a_source_of_configuration()
    {
        _directory.Write("x.toml", "a = 'x'\nn = 1_000\nf = 2.0\nb = true\nd = 1979-05-27 07:32:00Z\ne = []\n[t.u]\nv = [1, {w = 2}]\n[[l]]\nk = 1");
        var root = Builder().AddTomlFile("x.toml").Build();
        Assert.Equal("x", root["A"]);
        Assert.Equal("1000", root["n"]);
        Assert.Equal("2.0", root["f"]);
        Assert.Equal("true", root["b"]);
        Assert.Equal("1979-05-27T07:32:00Z", root["d"]);
        Assert.Null(root["e"]);
        Assert.Equal("1", root["t:u:v:0"]);
        Assert.Equal("2", root["t:u:v:1:w"]);
        Assert.Equal("1", root["l:0:k"]);
    }

    [Fact]
    public void A_hocon_file_is_a_source_of_configuration()
    {
        _directory.Write("sub/b.conf", "included = ${?HOME}");
        _directory.Write("x.conf", "a = x y\nn = 1.50\nb = on\nu = null\ne = {}\nt.u = [1, {w = ${n}}]\ninclude \"sub/b.conf\"");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = "/root" };
        var root = Builder().AddHoconFile("x.conf", environment: environment).Build();
        Assert.Equal("x y", root["a"]);
        Assert.Equal("1.50", root["N"]);
        Assert.Equal("on", root["b"]);
        Assert.Null(root["u"]);
        Assert.Contains(root.GetChildren(), section => string.Equals(section.Key, "e", StringComparison.Ordinal));
        Assert.Equal("1", root["t:u:0"]);
        Assert.Equal("1.50", root["t:u:1:w"]);
        Assert.Equal("/root", root["included"]);
    }

    [Fact]
    public void Later_sources_win()
    {
        _directory.Write("x.toml", "a = 1\nb = 1");
        _directory.Write("x.conf", "a = 2");
        var root = Builder().AddTomlFile("x.toml").AddHoconFile("x.conf").Build();
        Assert.Equal(("2", "1"), (root["a"], root["b"]));
    }

    [Fact]
    public void Empty_files_hold_nothing()
    {
        _directory.Write("x.toml", "");
        _directory.Write("x.conf", "");
        Assert.Empty(Builder().AddTomlFile("x.toml").AddHoconFile("x.conf").Build().GetChildren());
    }

    [Fact]
    public void An_optional_file_may_be_missing_and_another_may_not()
    {
        Assert.Empty(Builder().AddTomlFile("no.toml", optional: true).AddHoconFile("no.conf", optional: true).Build().GetChildren());
        Assert.Throws<FileNotFoundException>(() => Builder().AddTomlFile("no.toml").Build());
        Assert.Throws<FileNotFoundException>(() => Builder().AddHoconFile("no.conf").Build());
    }

    [Theory]
    [InlineData("x.toml", "a = 1\na = 2", "x.toml:2: the key 'a' cannot be defined here")]
    [InlineData("x.toml", "a = 1\nA = 2", "x.toml:2: the key 'A' is here twice, apart from case and colons")]
    [InlineData("x.toml", "a.b = 1\n'a:b' = 2", "x.toml:2: the key 'a:b' is here twice, apart from case and colons")]
    [InlineData("x.conf", "a = 1\nb = ]", "x.conf:2: the key 'b' has no value")]
    [InlineData("x.conf", "a = 1\nA = 2", "x.conf:2: the key 'A' is here twice, apart from case and colons")]
    public void A_bad_file_is_refused_with_its_line(string name, string content, string expected)
    {
        _directory.Write(name, content);
        var builder = Builder();
        _ = name.EndsWith(".toml", StringComparison.Ordinal) ? builder.AddTomlFile(name) : builder.AddHoconFile(name);
        var failure = Assert.Throws<InvalidDataException>(builder.Build);
        Assert.StartsWith(expected, Assert.IsType<ConfigurationSyntaxException>(failure.InnerException).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.toml", "[{0}]\n{1}")]
    [InlineData("x.conf", "{0} {{\n{1}}}")]
    public void A_long_name_above_many_values_does_not_take_memory_with_the_square_of_the_file(string name, string format)
    {
        var values = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"k{i}=1\n"));
        _directory.Write(name, string.Format(CultureInfo.InvariantCulture, format, new string('n', 500_000), values));
        var builder = Builder();
        _ = name.EndsWith(".toml", StringComparison.Ordinal) ? builder.AddTomlFile(name) : builder.AddHoconFile(name);

        var failure = Assert.Throws<InvalidDataException>(builder.Build);

        Assert.EndsWith("the names above the values are far too long", failure.InnerException!.Message, StringComparison.Ordinal);
    }

    private IConfigurationBuilder Builder() => new ConfigurationBuilder().SetBasePath(_directory.Path);
}
