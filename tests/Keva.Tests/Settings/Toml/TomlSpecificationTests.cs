using System.Text;
using Keva.Node.Configuration;
using Keva.Node.Configuration.Toml;

namespace Keva.Tests.Settings.Toml;

public sealed class TomlSpecificationTests
{
    public static TheoryData<string> Valid => Titles(ValidTomlDocuments.All);

    public static TheoryData<string> Invalid => Titles(InvalidTomlDocuments.All);

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_document_means_what_the_specification_says(string title)
    {
        var row = Find(ValidTomlDocuments.All, title);
        Assert.Equal(row.Expected, TomlRendering.Render(TomlParser.Parse("x.toml", row.Document)));
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_invalid_document_is_refused_with_its_place(string title)
    {
        var row = Find(InvalidTomlDocuments.All, title);
        var refusal = Assert.Throws<ConfigurationSyntaxException>(() => TomlParser.Parse("x.toml", row.Document));
        Assert.StartsWith(row.Expected, $"{refusal.Position.Line}:{refusal.Position.Column}: {refusal.Problem}", StringComparison.Ordinal);
        Assert.Equal($"x.toml:{refusal.Position.Line}: {refusal.Problem}", refusal.Message);
    }

    /// <summary>CRLF and LF mean the same, wherever the row does not ask about them.</summary>
    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_document_saved_with_CRLF_means_the_same(string title)
    {
        var row = Find(ValidTomlDocuments.All, title);
        var saved = row.Document.ReplaceLineEndings("\r\n");
        Assert.Equal(row.Expected, TomlRendering.Render(TomlParser.Parse("x.toml", saved)));
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0x3D, 0x22, 0xFF, 0x22 }, "x.toml:1: byte 0xFF is not UTF-8 here; save the file as UTF-8")]
    [InlineData(new byte[] { 0x23, 0x0A, 0x23, 0xC3 }, "x.toml:2: byte 0xC3 is not UTF-8 here; save the file as UTF-8")]
    [InlineData(new byte[] { 0x23, 0xED, 0xA0, 0x80 }, "x.toml:1: byte 0xED is not UTF-8 here; save the file as UTF-8")]
    [InlineData(new byte[] { 0x23, 0xC0, 0x80 }, "x.toml:1: byte 0xC0 is not UTF-8 here; save the file as UTF-8")]
    [InlineData(new byte[] { 0x23, 0xF4, 0x90, 0x80, 0x80 }, "x.toml:1: byte 0xF4 is not UTF-8 here; save the file as UTF-8")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0x00 }, "x.toml:1: byte 0xFF is not UTF-8 here; save the file as UTF-8")]
    public void Bytes_that_are_not_UTF8_are_refused_with_their_place(byte[] document, string expected)
    {
        var refusal = Assert.Throws<ConfigurationSyntaxException>(() => TomlParser.Parse("x.toml", document));
        Assert.Equal(expected, refusal.Message);
    }

    [Fact]
    public void Every_value_and_key_knows_its_place()
    {
        var root = TomlParser.Parse("x.toml", "a = 1\n[t]\n  'k é' = [ 'x',\n    {b.c = true} ]\n[[n]]\n");
        Assert.True(root.TryGet("a", out var a));
        Assert.Equal(new SourcePosition("x.toml", 1, 1), a.KeyPosition);
        Assert.Equal(new SourcePosition("x.toml", 1, 5), a.Value.Position);
        Assert.True(root.TryGet("t", out var t));
        Assert.Equal(new SourcePosition("x.toml", 2, 1), t.Value.Position);
        var member = Assert.Single(Assert.IsType<TomlTable>(t.Value).Members);
        Assert.Equal(new SourcePosition("x.toml", 3, 3), member.KeyPosition);
        var array = Assert.IsType<TomlArray>(member.Value);
        Assert.Equal(new SourcePosition("x.toml", 3, 13), array.Items[0].Position);
        var inline = Assert.IsType<TomlTable>(array.Items[1]);
        Assert.Equal(new SourcePosition("x.toml", 4, 5), inline.Position);
        var b = Assert.IsType<TomlTable>(Assert.Single(inline.Members).Value);
        Assert.Equal(new SourcePosition("x.toml", 4, 12), Assert.Single(b.Members).Value.Position);
        Assert.True(root.TryGet("n", out var n));
        Assert.Equal(new SourcePosition("x.toml", 5, 1), Assert.IsType<TomlArray>(n.Value).Items[0].Position);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a=", "}")]
    [InlineData("[{a=", "}]")]
    public void Nesting_is_bounded(string opening, string closing)
    {
        var levels = (TomlParser.MaxDepth - 1) / (opening.Contains("[{", StringComparison.Ordinal) ? 3 : opening.Length == 1 ? 1 : 2);
        TomlParser.Parse("x.toml", "k=" + Repeat(opening, levels) + "1" + Repeat(closing, levels));
        foreach (var tooMany in (int[])[TomlParser.MaxDepth + 1, 200_000])
        {
            var refusal = Assert.Throws<ConfigurationSyntaxException>(() => TomlParser.Parse("x.toml", "k=" + Repeat(opening, tooMany)));
            Assert.Contains("nested more than 128 levels", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{0}=1")]
    [InlineData("[{0}]")]
    [InlineData("[[{0}]]")]
    [InlineData("a=[[[{{0}=1}]]]")]
    public void Long_dotted_keys_are_bounded(string format)
    {
        var key = string.Join('.', Enumerable.Repeat("k", 100_000));
        var document = format.Replace("{0}", key, StringComparison.Ordinal);
        var refusal = Assert.Throws<ConfigurationSyntaxException>(() => TomlParser.Parse("x.toml", document));
        Assert.Contains("nested more than 128 levels", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Large_documents_take_time_in_proportion()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 20_000; i++)
        {
            text.Append("[[n]]\nk").Append(i).Append("=[1,2,{a.b='x'}] # comment\n");
        }

        text.Append("[last]\nlist=[").Insert(text.Length, "'x',", 100_000).Append(']');
        var root = TomlParser.Parse("x.toml", text.ToString());
        Assert.True(root.TryGet("n", out var n));
        Assert.Equal(20_000, Assert.IsType<TomlArray>(n.Value).Items.Count);
    }

    [Fact]
    public void A_message_is_one_line_even_for_a_key_with_newlines()
    {
        var key = "\"a\\nb\\u001b" + new string('x', 10_000) + '"';
        var refusal = Assert.Throws<ConfigurationSyntaxException>(() => TomlParser.Parse("x.toml", $"{key}=1\n{key}=2"));
        Assert.DoesNotContain(refusal.Message, char.IsControl);
        Assert.InRange(refusal.Message.Length, 1, 600);
    }

    /// <summary>
    /// Changes documents at random, byte by byte: whatever comes out is parsed or refused, and what is parsed once is
    /// parsed the same twice.
    /// </summary>
    [Fact]
    public void No_mutation_of_a_document_crashes_the_parser()
    {
        var seeds = ValidTomlDocuments.All.Concat(InvalidTomlDocuments.All)
            .Select(row => Encoding.UTF8.GetBytes(row.Document))
            .Append(File.ReadAllBytes(Repository.PathOf("keva.toml")))
            .ToList();
        var parsed = 0;
        foreach (var document in Mutations.Of(seeds, seed: 3700, count: 20_000))
        {
            try
            {
                var first = TomlRendering.Render(TomlParser.Parse("x.toml", document));
                Assert.Equal(first, TomlRendering.Render(TomlParser.Parse("x.toml", document)));
                parsed++;
            }
            catch (ConfigurationSyntaxException refusal)
            {
                Assert.InRange(refusal.Position.Line, 1, document.Length + 1);
            }
        }

        Assert.InRange(parsed, 1000, 19_000);
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static TheoryData<string> Titles(TomlCase[] rows) => [.. rows.Select(row => row.Title)];

    private static TomlCase Find(TomlCase[] rows, string title) =>
        Assert.Single(rows, row => string.Equals(row.Title, title, StringComparison.Ordinal));
}
