using System.Text;
using Keva.Node.Configuration;
using Keva.Node.Configuration.Hocon;

namespace Keva.Tests.Settings.Hocon;

public sealed class HoconIncludeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("include \"b.conf\"")]
    [InlineData("include \"b\"")]
    [InlineData("include\n\n \"b.conf\"")]
    [InlineData("include file(\"b.conf\")")]
    [InlineData("include file( \"b.conf\" )")]
    [InlineData("include required(\"b.conf\")")]
    [InlineData("include required( file(\"b.conf\") )")]
    public void All_forms_of_including_a_file_work(string include)
    {
        _directory.Write("b.conf", "x = 1");
        Assert.Equal("""{"x":1,"y":2}""", Read(include + "\ny = 2"));
    }

    [Fact]
    public void An_included_file_stands_where_its_include_stands()
    {
        _directory.Write("b.conf", "x = 1, o { p = 1 }");
        Assert.Equal("""{"x":1,"o":{"q":0,"p":2}}""", Read("x = 0, o { q = 0 }, include \"b.conf\", o.p = 2"));
        Assert.Equal("""{"a":{"b":{"x":1,"o":{"p":1}}}}""", Read("a.b { include \"b.conf\" }"));
        Assert.Equal("""{"x":1,"o":{"p":1}}""", Read("{ include \"b.conf\" }"));
    }

    [Fact]
    public void Names_are_relative_to_the_including_file()
    {
        _directory.Write("sub/b.conf", "b = 1, include \"c.conf\", include \"../d.conf\"");
        _directory.Write("sub/c.conf", "c = 1");
        _directory.Write("d.conf", "d = 1");
        Assert.Equal("""{"b":1,"c":1,"d":1}""", Read("include \"sub/b.conf\""));
    }

    [Fact]
    public void An_absolute_name_is_kept()
    {
        var path = _directory.Write("elsewhere/b.conf", "b = 1");
        Assert.Equal("""{"b":1}""", Read($"include \"{path}\""));
    }

    [Fact]
    public void Substitutions_in_an_included_file_look_below_it_first_and_then_from_the_root()
    {
        _directory.Write("b.conf", "x = 10, y = ${x}, z = ${outside}, w = ${?nowhere}");
        Assert.Equal("""{"a":{"x":42,"y":42,"z":1},"outside":1}""", Read("a { include \"b.conf\" }\na { x = 42 }\noutside = 1"));
    }

    [Fact]
    public void Substitutions_in_a_file_included_twice_deep_look_at_the_whole_path()
    {
        _directory.Write("b.conf", "b { include \"c.conf\" }");
        _directory.Write("c.conf", "x = 1, y = ${x}");
        Assert.Equal("""{"a":{"b":{"x":1,"y":1}},"x":2}""", Read("a { include \"b.conf\" }, x = 2"));
    }

    [Fact]
    public void A_file_may_be_included_twice_but_not_in_itself()
    {
        _directory.Write("b.conf", "x = 1");
        Assert.Equal("""{"a":{"x":1},"b":{"x":1}}""", Read("a { include \"b.conf\" }\nb { include \"b.conf\" }"));

        _directory.Write("b.conf", "x = 1\ninclude \"main.conf\"");
        Refused("include \"b.conf\"", "b.conf:2: the file 'main.conf' would include itself");
        Refused("include \"main.conf\"", "main.conf:1: the file 'main.conf' would include itself");
        Refused("include \"./sub/../main.conf\"", "main.conf:1: the file './sub/../main.conf' would include itself");
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused()
    {
        Refused("a = 1\ninclude \"no.conf\"", "main.conf:2: the included file 'no.conf' does not exist");
        Refused("include \"\"", "main.conf:1: the included file '' does not exist");
        Refused("include \"a\\u0000b\"", "main.conf:1: the included file 'a\\u0000b' does not exist");
    }

    [Fact]
    public void A_broken_file_is_refused_with_its_own_place()
    {
        _directory.Write("sub/b.conf", "x = 1\ny = }");
        Refused("include \"sub/b.conf\"", "sub/b.conf:2: the key 'y' has no value");
        _directory.Write("sub/b.conf", "[1]");
        Refused("include \"sub/b.conf\"", "sub/b.conf:1: this file holds an array");
    }

    [Fact]
    public void Includes_are_bounded_in_depth_and_number()
    {
        for (var i = 0; i < 40; i++)
        {
            _directory.Write($"{i}.conf", $"x{i} = 1\ninclude \"{i + 1}.conf\"");
        }

        Refused("include \"0.conf\"", "15.conf:2: includes are nested more than 16 files deep");

        _directory.Write("b.conf", "x = 1");
        var many = new StringBuilder().Insert(0, "include \"b.conf\"\n", HoconReader.MaxIncludes);
        Assert.Equal("""{"x":1}""", Read(many.ToString()));
        Refused(many + "include \"b.conf\"", "main.conf:65: there are more than 64 includes");
    }

    [Fact]
    public void A_loaded_configuration_may_include_files()
    {
        _directory.Write("common.conf", "raft.election-timeout = 700ms");
        var file = _directory.Write("main.conf", "include \"common.conf\"");
        var result = SettingsLoader.Load(new StartOptions { Hocon = [file] });
        Assert.Empty(result.Problems);
        Assert.Equal(TimeSpan.FromMilliseconds(700), result.Settings!.Raft.ElectionTimeout);
        var value = Assert.Single(result.Effective.Values, value => string.Equals(value.Path, "raft.election-timeout", StringComparison.Ordinal));
        Assert.Equal($"{Path.Combine(_directory.Path, "common.conf")}:1", value.Origin.ToString());
    }

    private string Read(string main)
    {
        var path = _directory.Write("main.conf", main);
        var source = new HoconSource("main.conf", Encoding.UTF8.GetBytes(main), path);
        return HoconRendering.Render(HoconReader.Read([source], new HoconReaderOptions { Includes = ConfigurationFile.ReadInclude }));
    }

    private void Refused(string main, string expected)
    {
        var refusal = Assert.Throws<ConfigurationSyntaxException>(() => Read(main));
        Assert.StartsWith(expected, refusal.Message, StringComparison.Ordinal);
    }
}
