using System.Globalization;
using System.Numerics;
using System.Text;
using Keva.Node.Configuration;
using Keva.Node.Configuration.Hocon;
using Keva.Node.Transport.Tcp;
using Keva.Tests.Fuzzing.Engine;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>Small things that people write: addresses, times, sizes.</summary>
internal static class AddressTargets
{
    private static readonly (string Names, BigInteger Nanoseconds)[] Durations =
    [
        ("ns nano nanos nanosecond nanoseconds", 1), ("us micro micros microsecond microseconds", 1_000),
        ("ms milli millis millisecond milliseconds", 1_000_000), ("s second seconds", 1_000_000_000), ("m minute minutes", 60_000_000_000),
        ("h hour hours", 3_600_000_000_000), ("d day days", 86_400_000_000_000),
    ];

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("host and port", ReadHostAndPort, AddressCorpus)
        {
            Covers = ["HostAndPort.TryParse", "HostAndPort.TryParsePort"],
            Tokens = AddressTokens,
            Tries = 15_000,
        },
        new FuzzTarget("peer address", ReadPeerAddress, AddressCorpus)
        {
            Covers = ["PeerAddress.TryParse"],
            Tokens = AddressTokens,
            Tries = 15_000,
        },
        new FuzzTarget("duration", ReadDuration, () => Texts("500ms", "1.5 s", "0", " 10 minutes ", "-1d", "106751991167 days", ".5h", "9223372036854775807ns"))
        {
            Covers = ["DurationFormat.TryParse", "UnitText.TrySplit"],
            Generate = random => Encoding.UTF8.GetBytes(Number(random) + Space(random) + random.Pick(random.Pick(Durations).Names.Split(' '))),
            Tokens = NumberTokens,
            Tries = 10_000,
        },
        new FuzzTarget("byte size", ReadByteSize, () => Texts("64KiB", "1.5 MB", "0", "7EiB", "9223372036854775807B", "0.5k", "1 yottabyte", "8E"))
        {
            Covers = ["ByteSizeFormat.TryParse"],
            Generate = random => Encoding.UTF8.GetBytes(Number(random) + Space(random) + random.Pick(SizeUnits.Keys.ToArray())),
            Tokens = NumberTokens,
            Tries = 10_000,
        },
    ];

    private static readonly SortedDictionary<string, BigInteger> SizeUnits = Sizes();

    private static readonly byte[][] AddressTokens =
    [
        .. Texts(":", "[", "]", "::1", "%", "%eth0", "0", "65535", "65536", ".", "-", "_", "127.0.0.1", "0x7f", "/", "\0", "٣", "🗝"),
    ];

    private static readonly byte[][] NumberTokens = [.. Texts(".", "-", "+", "e", ",", "0", "9", " ", "\u00a0", "\ufeff", "\0", "٣", "KiB", "ms", "s", "B")];

    private static IEnumerable<byte[]> Texts(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);

    private static IEnumerable<byte[]> AddressCorpus() =>
        Texts("localhost:3700", "127.0.0.1:1", "[::1]:65535", "[fe80::1%2]:80", "host-1.example.com:3700", "[::ffff:1.2.3.4]:5", "0.0.0.0:1", "a_b:1", "host");

    private static FuzzOutcome ReadHostAndPort(byte[] input, FuzzMeter meter)
    {
        var text = Encoding.UTF8.GetString(input);
        HostAndPort? address;
        string? problem;
        using (meter.Measure())
        {
            _ = HostAndPort.TryParse(text, out address, out problem);
        }

        if (address is null)
        {
            FuzzCheck.That(problem is { Length: > 0 }, "a refusal has a reason");
            return FuzzOutcome.Refused(problem!);
        }

        FuzzCheck.That(HostAndPort.TryParse(address.ToString(), out var again, out _) && again == address, $"'{address}' reads back as it was written");
        FuzzCheck.That(address.Host.All(c => c is > ' ' and < '\x7f'), "a host is made of visible characters");
        FuzzCheck.That(text.EndsWith(address.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), "a port is written with digits only");
        FuzzCheck.That(PeerAddress.TryParse(address.ToString(), out var host, out var port), "what can be configured can be dialled");
        FuzzCheck.That(host == address.Host && port == address.Port, "what is configured is what is dialled");
        FuzzCheck.That(address.SocketName.Length > 0, "an address has a socket");
        return FuzzOutcome.AcceptedAs(address.Host.Contains(':', StringComparison.Ordinal) ? "v" : "");
    }

    private static FuzzOutcome ReadPeerAddress(byte[] input, FuzzMeter meter)
    {
        var text = Encoding.UTF8.GetString(input);
        bool isAddress;
        string host;
        int port;
        using (meter.Measure())
        {
            isAddress = PeerAddress.TryParse(text, out host, out port);
        }

        if (!isAddress)
        {
            return FuzzOutcome.Refused("");
        }

        FuzzCheck.That(port is >= 1 and <= 65535 && host.Length > 0, "an address has a host and a port");
        var digits = text[(text.LastIndexOf(':') + 1)..];
        FuzzCheck.That(digits.All(char.IsAsciiDigit), "a port is written with digits only");
        var bracketed = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        FuzzCheck.Same(text, $"{bracketed}:{digits}", "an address is its host and its port");
        return FuzzOutcome.AcceptedAs(bracketed.Length > host.Length ? "v" : "");
    }

    private static FuzzOutcome ReadDuration(byte[] input, FuzzMeter meter)
    {
        var text = Encoding.UTF8.GetString(input);
        bool isDuration;
        TimeSpan duration;
        bool hasUnit;
        using (meter.Measure())
        {
            isDuration = DurationFormat.TryParse(text, out duration, out hasUnit);
        }

        BigInteger? expected = null;
        if (Split(text) is { } parts && NanosecondsIn(parts.Unit) is { } unit)
        {
            var (dividend, divisor) = (parts.Coefficient * unit, BigInteger.Pow(10, parts.Decimals) * 100);
            expected = BigInteger.Abs(dividend) <= long.MaxValue * divisor ? BigInteger.Divide(dividend, divisor) : null;
        }

        if (expected is not { } ticks)
        {
            FuzzCheck.That(!isDuration, $"what is no duration, or too long, is refused, and not read as {duration}");
            return FuzzOutcome.Refused("");
        }

        FuzzCheck.That(isDuration && duration.Ticks == ticks, $"exact arithmetic says {ticks} ticks, not {duration.Ticks}");
        var isSame = DurationFormat.TryParse(DurationFormat.Render(duration), out var again, out _) && again == duration;
        FuzzCheck.That(isSame, "a duration reads back as it was written");
        return FuzzOutcome.AcceptedAs(hasUnit ? "unit" : "");
    }

    private static FuzzOutcome ReadByteSize(byte[] input, FuzzMeter meter)
    {
        var text = Encoding.UTF8.GetString(input);
        bool isSize;
        long size;
        bool hasUnit;
        using (meter.Measure())
        {
            isSize = ByteSizeFormat.TryParse(text, out size, out hasUnit);
        }

        BigInteger? expected = null;
        if (Split(text) is { } parts && SizeUnits.TryGetValue(parts.Unit, out var unit))
        {
            var whole = BigInteger.DivRem(parts.Coefficient * unit, BigInteger.Pow(10, parts.Decimals), out var fraction);
            expected = fraction.IsZero && BigInteger.Abs(whole) <= long.MaxValue ? whole : null;
        }

        if (expected is not { } bytes)
        {
            FuzzCheck.That(!isSize, $"what is no size, or too large, is refused, and not read as {size}");
            return FuzzOutcome.Refused("");
        }

        FuzzCheck.That(isSize && size == bytes, $"exact arithmetic says {bytes} bytes, not {size}");
        FuzzCheck.That(ByteSizeFormat.TryParse(ByteSizeFormat.Render(size), out var again, out _) && again == size, "a size reads back as it was written");
        return FuzzOutcome.AcceptedAs(hasUnit ? "unit" : "");
    }

    /// <summary>A number without exponent, of at most 25 characters, and letters, with white space around each.</summary>
    private static (BigInteger Coefficient, int Decimals, string Unit)? Split(string text)
    {
        var trimmed = text.AsSpan().Trim(HoconWhitespace);
        var unitAt = trimmed.Length;
        while (unitAt > 0 && char.IsLetter(trimmed[unitAt - 1]))
        {
            unitAt--;
        }

        var number = trimmed[..unitAt].TrimEnd(HoconWhitespace);
        var unsigned = number.Length > 0 && number[0] is '+' or '-' ? number[1..] : number;
        var point = unsigned.IndexOf('.');
        var digits = point < 0 ? unsigned.ToString() : unsigned.ToString().Remove(point, 1);
        if (number.Length > 25 || digits.Length == 0 || !digits.All(char.IsAsciiDigit) || point == unsigned.Length - 1)
        {
            return null;
        }

        var coefficient = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return (number[0] == '-' ? -coefficient : coefficient, point < 0 ? 0 : digits.Length - point, trimmed[unitAt..].ToString());
    }

    private static string HoconWhitespace { get; } =
        new([.. Enumerable.Range(0, 0x10000).Where(c => HoconText.IsWhitespace(c)).Select(c => (char)c)]);

    private static BigInteger? NanosecondsIn(string unit) => unit.Length == 0
        ? 1_000_000
        : Durations.Where(row => row.Names.Split(' ').Contains(unit, StringComparer.Ordinal)).Select(row => (BigInteger?)row.Nanoseconds).FirstOrDefault();

    private static SortedDictionary<string, BigInteger> Sizes()
    {
        var sizes = new SortedDictionary<string, BigInteger>(StringComparer.Ordinal) { [""] = 1, ["B"] = 1, ["b"] = 1, ["byte"] = 1, ["bytes"] = 1 };
        string[] prefixes =
        [
            "kilo kibi k K", "mega mebi m M", "giga gibi g G", "tera tebi t T", "peta pebi p P", "exa exbi e E", "zetta zebi z Z", "yotta yobi y Y",
        ];
        for (var i = 0; i < prefixes.Length; i++)
        {
            var (ten, two) = (BigInteger.Pow(1000, i + 1), BigInteger.Pow(1024, i + 1));
            var names = prefixes[i].Split(' ');
            foreach (var (name, size) in (ReadOnlySpan<(string, BigInteger)>)
            [
                (names[0] + "byte", ten), (names[0] + "bytes", ten), (names[i == 0 ? 2 : 3] + "B", ten), (names[1] + "byte", two), (names[1] + "bytes", two),
                (names[2], two), (names[3], two), (names[3] + "i", two), (names[3] + "iB", two),
            ])
            {
                sizes.Add(name, size);
            }
        }

        return sizes;
    }

    private static string Number(FuzzRandom random)
    {
        var digits = string.Concat(Enumerable.Range(0, random.Between(1, 24)).Select(_ => random.OneIn(3) ? '0' : (char)('0' + random.Below(10))));
        var number = random.OneIn(2) ? digits : digits.Insert(random.Below(digits.Length), ".");
        return random.Pick(["", "", "", "-", "+"]) + number;
    }

    private static string Space(FuzzRandom random) => random.Pick(["", "", " ", "\t", "\u00a0"]);
}
