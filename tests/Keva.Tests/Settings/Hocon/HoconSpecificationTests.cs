using System.Globalization;
using System.Text;
using Keva.Node.Configuration;
using Keva.Node.Configuration.Hocon;

namespace Keva.Tests.Settings.Hocon;

public sealed class HoconSpecificationTests
{
    private static readonly HoconReaderOptions Options = new()
    {
        Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = "/root", ["EMPTY"] = "" },
    };

    public static TheoryData<string> Valid => Titles(ValidHoconDocuments.All);

    public static TheoryData<string> Invalid => Titles(InvalidHoconDocuments.All);

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_document_means_what_the_specification_says(string title)
    {
        var row = Find(ValidHoconDocuments.All, title);
        Assert.Equal(row.Expected, HoconRendering.Render(HoconReader.Read("x.conf", row.Document, Options)));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_document_is_refused_with_its_place(string title)
    {
        var row = Find(InvalidHoconDocuments.All, title);
        var refusal = Assert.Throws<ConfigurationSyntaxException>(() => HoconReader.Read("x.conf", row.Document, Options));
        Assert.StartsWith(row.Expected, $"{refusal.Position.Line}:{refusal.Position.Column}: {refusal.Problem}", StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused_with_their_place()
    {
        byte[] document = [.. "a = 1\nb = "u8, 0xE4];
        var refusal = Assert.Throws<ConfigurationSyntaxException>(() => HoconReader.Read([new HoconSource("x.conf", document)]));
        Assert.Equal("x.conf:2: byte 0xE4 is not UTF-8 here; save the file as UTF-8", refusal.Message);
    }

    [Fact]
    public void Every_value_knows_the_place_where_it_was_assigned()
    {
        var root = HoconReader.Read("x.conf", "a = 1\nb = ${a}\nc = x ${a}\nd = [\n  y ]\no {\n  e = ${?HOME} }\n", Options);
        Assert.Equal([(1, 5), (2, 5), (3, 5), (4, 5), (6, 3)], root.Fields.Values.Select(value => (value.Position.Line, value.Position.Column)));
        Assert.Equal(5, Assert.IsType<HoconArray>(root.Fields["d"]).Items[0].Position.Line);
        Assert.Equal(7, Assert.IsType<HoconObject>(root.Fields["o"]).Fields["e"].Position.Line);
        Assert.All(root.Fields.Values, value => Assert.Equal("x.conf", value.Position.File));
    }

    [Fact]
    public void Several_files_are_one_configuration()
    {
        var root = HoconReader.Read([Source("one.conf", "a = 1, o { x = ${b} }, l = [1]"), Source("two.conf", "b = 2, o.y = ${a}, l = ${l} [2]")]);
        Assert.Equal("""{"a":1,"o":{"x":2,"y":1},"l":[1,2],"b":2}""", HoconRendering.Render(root));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a=", "}")]
    [InlineData("{a{b=", "}}")]
    public void Nesting_is_bounded(string opening, string closing)
    {
        HoconReader.Read("x.conf", "k=" + Repeat(opening, 30) + "1" + Repeat(closing, 30));
        foreach (var tooMany in (int[])[HoconReader.MaxDepth + 1, 200_000])
        {
            var refusal = Assert.Throws<ConfigurationSyntaxException>(() => HoconReader.Read("x.conf", "k=" + Repeat(opening, tooMany)));
            Assert.Contains("nested more than 128 levels", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{0} = 1")]
    [InlineData("a = ${{0}}")]
    public void Long_paths_are_bounded(string format)
    {
        var path = string.Join('.', Enumerable.Repeat("k", 100_000));
        var document = format.Replace("{0}", path, StringComparison.Ordinal);
        var refusal = Assert.Throws<ConfigurationSyntaxException>(() => HoconReader.Read("x.conf", document));
        Assert.Contains("nested more than 128 levels", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Substitutions_that_double_a_text_with_each_line_are_stopped()
    {
        var document = new StringBuilder("a0 = xxxxxxxxxxxxxxxx\n");
        for (var i = 1; i < 64; i++)
        {
            document.Append(CultureInfo.InvariantCulture, $"a{i} = ${{a{i - 1}}}${{a{i - 1}}}\n");
        }

        Refused(document.ToString(), "grow past all reason");
    }

    [Theory]
    [InlineData("{ x = @, y = @ }")]
    [InlineData("[ @, @ ]")]
    [InlineData("[ [ @ ], [ @ ] ]")]
    public void Substitutions_that_double_a_tree_with_each_line_are_stopped(string shape)
    {
        var document = new StringBuilder("a0 = {}\n");
        for (var i = 1; i < 64; i++)
        {
            document.Append(CultureInfo.InvariantCulture, $"a{i} = {shape.Replace("@", $"${{a{i - 1}}}", StringComparison.Ordinal)}\n");
        }

        Refused(document.ToString(), "grow past all reason");
    }

    [Fact]
    public void A_long_chain_of_substitutions_is_stopped()
    {
        var document = new StringBuilder("a0 = 1\n");
        for (var i = 1; i < 100_000; i++)
        {
            document.Append(CultureInfo.InvariantCulture, $"a{i} = ${{a{(i * 7919L + 1) % i}}}\n");
        }

        document.Append("b0 = 1\n");
        for (var i = 1; i < 5_000; i++)
        {
            document.Insert(0, $"b{i} = ${{b{i - 1}}}\n");
        }

        Refused(document.ToString(), "too deeply");
    }

    [Fact]
    public void The_deepest_configuration_fits_into_a_small_stack()
    {
        var document = new StringBuilder("a0 = 1\n");
        for (var i = 1; i < 100; i++)
        {
            document.Append(CultureInfo.InvariantCulture, $"a{i} = ${{a{i - 1}}} x\n");
        }

        document.Append("deep = ").Append(Repeat("[", 100)).Append("${a99}").Append(Repeat("]", 100));
        HoconObject? root = null;
        var thread = new Thread(() => root = HoconReader.Read("x.conf", document.ToString()), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Equal(101, root!.Fields.Count);
    }

    [Fact]
    public void A_field_that_refers_to_itself_very_often_is_stopped()
    {
        Refused("a = x\n" + Repeat("a = ${a}y\n", 50_000), "");
    }

    [Fact]
    public void Appending_very_often_takes_time_in_proportion()
    {
        var root = HoconReader.Read("x.conf", Repeat("a += 1\n", 50_000));
        Assert.Equal(50_000, Assert.IsType<HoconArray>(root.Fields["a"]).Items.Count);
    }

    [Fact]
    public void Merging_very_often_takes_time_in_proportion()
    {
        var document = new StringBuilder();
        for (var i = 0; i < 30_000; i++)
        {
            document.Append(CultureInfo.InvariantCulture, $"a.b.k{i} = 1\na {{ b {{ x = {i} }} }}\n");
        }

        var root = HoconReader.Read("x.conf", document.ToString());
        Assert.Equal(30_001, ((HoconObject)((HoconObject)root.Fields["a"]).Fields["b"]).Fields.Count);
    }

    [Fact]
    public void Objects_that_grow_by_copies_of_themselves_are_stopped_or_finish()
    {
        Refused("a { x = 1 }\n" + Repeat("a = ${a} { y = 1 }\n", 20_000), "");
    }

    [Fact]
    public void No_mutation_of_a_document_crashes_the_reader()
    {
        var seeds = ValidHoconDocuments.All.Concat(InvalidHoconDocuments.All)
            .Select(row => Encoding.UTF8.GetBytes(row.Document))
            .Append(File.ReadAllBytes(Repository.PathOf("hocon", "reference.conf")))
            .ToList();
        var read = 0;
        foreach (var document in Mutations.Of(seeds, seed: 3800, count: 20_000))
        {
            try
            {
                var first = HoconRendering.Render(HoconReader.Read([new HoconSource("x.conf", document)], Options));
                Assert.Equal(first, HoconRendering.Render(HoconReader.Read([new HoconSource("x.conf", document)], Options)));
                read++;
            }
            catch (ConfigurationSyntaxException refusal)
            {
                Assert.InRange(refusal.Position.Line, 1, document.Length + 1);
            }
        }

        Assert.InRange(read, 1000, 19_000);
    }

    private static void Refused(string document, string reason)
    {
        var refusal = Assert.Throws<ConfigurationSyntaxException>(() => HoconReader.Read("x.conf", document));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    private static HoconSource Source(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static TheoryData<string> Titles(HoconCase[] rows) => [.. rows.Select(row => row.Title)];

    private static HoconCase Find(HoconCase[] rows, string title) =>
        Assert.Single(rows, row => string.Equals(row.Title, title, StringComparison.Ordinal));
}
