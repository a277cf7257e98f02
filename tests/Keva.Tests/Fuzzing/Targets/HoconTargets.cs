using System.Buffers.Binary;
using System.Text;
using Keva.Node.Configuration;
using Keva.Node.Configuration.Hocon;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Fuzzing.Grammars;
using Keva.Tests.Settings;
using Keva.Tests.Settings.Hocon;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>HOCON: any bytes, in one file or in several that include each other; and any document, however it is written.</summary>
internal static class HoconTargets
{
    /// <summary>Larger results than this take the fuzzer longer to write out than the reader to read.</summary>
    private const long WrittenAgain = 50_000;

    private const int DeepestWrittenAgain = 60;

    private static readonly SortedDictionary<string, string> Environment = new(StringComparer.Ordinal) { ["HOME"] = "/root", ["EMPTY"] = "" };

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("HOCON", Read, Corpus)
        {
            Covers =
            [
                "HoconReader.Read", "HoconParser.Parse", "HoconText.ReadQuoted", "HoconText.ReadPath", "HoconText.TakeUnquoted",
                "HoconIncludes.Include", "HoconResolver.Resolve", "TextCursor.Over",
                "HoconConfigurationProvider.Load",
            ],
            Tokens = [.. new[]
            {
                "{", "}", "[", "]", "=", ":", ",", "+=", "${a}", "${?a}", "${a.b}", "${?HOME}", "${", "$", "\"", "\"\"\"", "\"\"", "\\u", "\\ud83d",
                "\\", "#", "//", "\n", "\r\n", " ", "\u00a0", ".", "a", "a.b", "a=",
                "a {", "b=${a}\n", "a=${a}x\n", "a=${a}[1]\n", "a+=1\n", "include", "include \"b\"\n", "include required(file(\"c\"))",
                "include url(\"x\")", "\n#### b\n", "\n#### c\n", "true", "null", "1e5", "1E+", "-", "/",
                "[${a},${a}]", "{x=${a},y=${a}}", "[", "{a=",
            }.Select(Encoding.UTF8.GetBytes)],
            Generate = random => HoconNotation.WriteWithSubstitutions(HoconTree.Random(random), random),
            LimitsFor = input => input.AsSpan().IndexOf("${"u8) < 0 ? new FuzzLimits { BytesPerByte = 1024 } : WithSubstitutions,
            Tries = 4_000,
        },
        new FuzzTarget("HOCON in any notation", ReadNotation, () => [new byte[8]])
        {
            Generate = random => random.Bytes(8),
            RefusesNothing = true,
            Tries = 3_000,
        },
    ];

    /// <summary>What substitutions expand to is limited by itself, to four million characters, and not by the length of the text.</summary>
    private static readonly FuzzLimits WithSubstitutions = new() { FixedBytes = 512 << 20, BytesPerByte = 1024, FixedTime = TimeSpan.FromSeconds(3) };

    private static IEnumerable<byte[]> Corpus() => ValidHoconDocuments.All.Concat(InvalidHoconDocuments.All)
        .Select(row => row.Document)
        .Append(File.ReadAllText(Repository.PathOf("hocon", "reference.conf")))
        .Append("a { include \"b\" }\nx = ${a.y}\n#### b\ny = 1, z = ${y}, include file(\"c\")\n#### c\nw = ${?outside}, y = 2")
        .Append("include \"b\"\n#### b\ninclude \"c\"\n#### c\ninclude \"b\"")
        .Append("a = 1, a = ${b}, b = ${a}, c = ${c2}, c2 = [${c3}], c3 { d = ${?c} }")
        .Append("""{"a":[1,2.5e-3,true,null,"\ud83d\udd11"],"b":{"c.d":"\u0000"}}""")
        .Select(Encoding.UTF8.GetBytes);

    private static FuzzOutcome Read(byte[] input, FuzzMeter meter)
    {
        var files = new VirtualFiles(input);
        HoconObject root;
        try
        {
            using var measured = meter.Measure();
            root = HoconReader.Read([files.Root], new HoconReaderOptions { Environment = Environment, Includes = files.Find });
        }
        catch (ConfigurationSyntaxException refusal)
        {
            FuzzCheck.That(refusal.Position.Line >= 1 && refusal.Position.Line <= input.Length + 1, "a refusal names a line of the document");
            CommandJson.CheckReadable(refusal.Message);
            FuzzCheck.That(!refusal.Message.Any(char.IsControl), "a message is one line");
            FuzzCheck.That(HoconTree.CanonicalOfJson(input) is null, $"JSON is HOCON ({refusal.Message})");
            return FuzzOutcome.Refused(refusal.Problem);
        }

        if (HoconTree.CanonicalOfJson(input) is { } json)
        {
            FuzzCheck.Same(json, HoconTree.Canonical(root), "JSON means in HOCON what it means in JSON");
        }

        if (root.Weight <= WrittenAgain && HoconTree.DepthOf(root) <= DeepestWrittenAgain)
        {
            var again = HoconNotation.Write(root, new FuzzRandom((ulong)input.Length));
            FuzzCheck.Same(HoconTree.Canonical(root), HoconTree.Canonical(Parse(again)), "a document reads back as it was written");
        }

        try
        {
            new HoconConfigurationProvider(new HoconConfigurationSource { Environment = Environment }).Load(new MemoryStream(input));
        }
        catch (ConfigurationSyntaxException)
        {
            return FuzzOutcome.AcceptedAs("but not as configuration");
        }

        return FuzzOutcome.AcceptedAs(string.Concat(root.Fields.Values.Select(value => value.KindName).Distinct(StringComparer.Ordinal)));
    }

    private static FuzzOutcome ReadNotation(byte[] input, FuzzMeter meter)
    {
        var seed = new byte[8];
        input.AsSpan(0, Math.Min(8, input.Length)).CopyTo(seed);
        var random = new FuzzRandom(BinaryPrimitives.ReadUInt64LittleEndian(seed));
        var root = HoconTree.Random(random);
        for (var i = random.Below(3); i > 0; i--)
        {
            // Something that a substitution can stand for: what is in the tree already, or what will be put into it.
            var value = HoconTree.Value(random, depth: 2);
            root = HoconTree.With(HoconTree.With(root, $"at-{i}", value), $"again-{i}", new HoconArray([value, value], default));
        }

        var written = HoconNotation.WriteWithSubstitutions(root, random);
        FuzzCheck.Same(HoconTree.Canonical(root), HoconTree.Canonical(Parse(written)), $"{Encoding.UTF8.GetString(written)}\nmeans what it says");
        return FuzzOutcome.Accepted;
    }

    private static HoconObject Parse(byte[] written)
    {
        try
        {
            return HoconReader.Read([new HoconSource("x.conf", written)]);
        }
        catch (ConfigurationSyntaxException refusal)
        {
            throw new FuzzCheckException($"a document in another notation is refused: {refusal.Message}\n{Encoding.UTF8.GetString(written)}");
        }
    }

    /// <summary>Several files in one text: each but the first behind a line of four hashes and its name.</summary>
    private sealed class VirtualFiles
    {
        private readonly SortedDictionary<string, HoconSource> files = new(StringComparer.Ordinal);

        public VirtualFiles(byte[] input)
        {
            var rest = input.AsMemory();
            var name = "a";
            while (true)
            {
                var end = rest.Span.IndexOf("\n#### "u8);
                var content = end < 0 ? rest : rest[..(end + 1)];
                files.TryAdd(name, new HoconSource(name, content, FullPath: name));
                if (end < 0)
                {
                    break;
                }

                rest = rest[(end + "\n#### ".Length)..];
                var nameEnd = rest.Span.IndexOf((byte)'\n');
                name = Encoding.UTF8.GetString(nameEnd < 0 ? rest.Span : rest.Span[..nameEnd]);
                rest = nameEnd < 0 ? default : rest[nameEnd..];
            }

            Root = files["a"];
        }

        public HoconSource Root { get; }

        public HoconSource? Find(HoconSource includingFile, string name) => files.GetValueOrDefault(name);
    }
}
