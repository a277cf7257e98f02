using System.Buffers.Binary;
using System.Text;
using Keva.Node.Configuration;
using Keva.Node.Configuration.Toml;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Fuzzing.Grammars;
using Keva.Tests.Settings;
using Keva.Tests.Settings.Toml;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>TOML: any bytes; and any document, however it is written.</summary>
internal static class TomlTargets
{
    /// <summary>An inline table counts twice in the reader's limit of 128 levels, its key and itself.</summary>
    private const int DeepestWrittenAgain = 60;

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("TOML", Read, Corpus)
        {
            Covers =
            [
                "TomlParser.Parse", "TomlDateTimeReader.Read", "TomlNumberReader.Read", "TomlStringReader.Read", "TomlStringReader.ReadSingleLine",
                "TomlText.ReadKey", "TomlConfigurationProvider.Load",
            ],
            Tokens = [.. new[]
            {
                "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "#", "\"", "'", "\"\"\"", "'''", "\\", "\\u", "\\U0010FFFF", "\\\n", "\r\n", "\r",
                "\n", "\t", "a", "a.b", "\"\"", "1_0", "0x", "0o7", "0b1", "+", "-",
                "inf", "nan", "true", "1e9", "e", "_", "1979-05-27", "T", "07:32:00", "Z", "+00:00", ".5", "[a]\n", "[[a]]\n", "a=", "{a=", "[a.",
            }.Select(Encoding.UTF8.GetBytes)],
            Generate = random => TomlNotation.Write(TomlTree.Random(random), random),
            Limits = new FuzzLimits { BytesPerByte = 512 },
            Tries = 4_000,
        },
        new FuzzTarget("TOML in any notation", ReadNotation, () => [new byte[8]])
        {
            Generate = random => random.Bytes(8),
            RefusesNothing = true,
            Tries = 2_000,
        },
    ];

    private static IEnumerable<byte[]> Corpus() => ValidTomlDocuments.All.Concat(InvalidTomlDocuments.All)
        .Select(row => Encoding.UTF8.GetBytes(row.Document))
        .Append(File.ReadAllBytes(Repository.PathOf("keva.toml")));

    private static FuzzOutcome Read(byte[] input, FuzzMeter meter)
    {
        TomlTable table;
        try
        {
            using var measured = meter.Measure();
            table = TomlParser.Parse("x.toml", input);
        }
        catch (ConfigurationSyntaxException refusal)
        {
            FuzzCheck.That(refusal.Position.Line >= 1 && refusal.Position.Line <= input.Length + 1, "a refusal names a line of the document");
            CommandJson.CheckReadable(refusal.Message);
            FuzzCheck.That(!refusal.Message.Any(char.IsControl), "a message is one line");
            return FuzzOutcome.Refused(refusal.Problem);
        }

        if (TomlTree.DepthOf(table) <= DeepestWrittenAgain)
        {
            var again = TomlNotation.Write(table, new FuzzRandom((ulong)input.Length));
            FuzzCheck.Same(TomlTree.Canonical(table), TomlTree.Canonical(Parse(again)), "a document reads back as it was written");
        }

        try
        {
            new TomlConfigurationProvider(new TomlConfigurationSource()).Load(new MemoryStream(input));
        }
        catch (ConfigurationSyntaxException)
        {
            return FuzzOutcome.AcceptedAs("but not as configuration");
        }

        return FuzzOutcome.AcceptedAs(string.Concat(table.Members.Select(member => member.Value.KindName).Distinct(StringComparer.Ordinal)));
    }

    private static FuzzOutcome ReadNotation(byte[] input, FuzzMeter meter)
    {
        var seed = new byte[8];
        input.AsSpan(0, Math.Min(8, input.Length)).CopyTo(seed);
        var random = new FuzzRandom(BinaryPrimitives.ReadUInt64LittleEndian(seed));
        var table = TomlTree.Random(random);
        var written = TomlNotation.Write(table, random);
        FuzzCheck.Same(TomlTree.Canonical(table), TomlTree.Canonical(Parse(written)), $"{Encoding.UTF8.GetString(written)}\nmeans what it says");
        return FuzzOutcome.Accepted;
    }

    private static TomlTable Parse(byte[] written)
    {
        try
        {
            return TomlParser.Parse("x.toml", written);
        }
        catch (ConfigurationSyntaxException refusal)
        {
            throw new FuzzCheckException($"a document in another notation is refused: {refusal.Message}\n{Encoding.UTF8.GetString(written)}");
        }
    }
}
