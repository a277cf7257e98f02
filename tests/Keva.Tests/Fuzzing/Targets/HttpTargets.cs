using System.Globalization;
using System.Text;
using Keva.Node.Gateway;
using Keva.Node.Gateway.Http;
using Keva.Node.Gateway.Http.Gossip;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Fuzzing.Grammars;
using Microsoft.AspNetCore.Http;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>What users send: commands, targets, queries, keys, headers. Text that Kestrel lets through is Latin-1 here.</summary>
internal static class HttpTargets
{
    private const int MaxKeyBytes = 40;
    private const int MaxValueBytes = 60;

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("HTTP command", ReadCommand, CommandJson.Corpus)
        {
            Covers = ["KevaCommandParser.TryParse"],
            Tokens = CommandJson.Tokens,
            Generate = CommandJson.Generate,
            Limits = new FuzzLimits { BytesPerByte = 64 },
            Tries = 15_000,
        },
        new FuzzTarget("HTTP key", ReadKey, () => Texts("hello", "%D0%BA%D0%BB%D1%8E%D1%87", "a%2Fb/../c+d", "%252F", "%00", "a%", "#"))
        {
            Covers = ["KeyDecoder.TryDecode"],
            Tokens = Tokens("%", "%2F", "%25", "%C3%A9", "%ED%A0%80", "%ff", "/", "..", "+", "#", "?"),
            Tries = 20_000,
        },
        new FuzzTarget("HTTP query", ReadQuery, () => Texts("", "consistency=stale", "consistency=linearizable&", "&consistency=lease", "a=b", "consistency"))
        {
            Covers = ["ReadParameters.TryParse", "ReadParameters.RefuseAny"],
            Tokens = Tokens("consistency", "=", "&", "stale", "lease", "linearizable", "%", "+"),
            Tries = 20_000,
        },
        new FuzzTarget("HTTP gossip query", ReadParametersOfGossip, () => Texts("", "from=host1&to=host2", "tag=role=keva&tag=a%3Db", "status=alive%7Cleft", "name", "from=%ff"))
        {
            Covers = ["UrlParameters.TryParse"],
            Tokens = Tokens("from", "to", "tag", "=", "&", "%", "%7C", "%C3%A9", "+"),
            Limits = new FuzzLimits { BytesPerByte = 64 },
            Tries = 10_000,
        },
        new FuzzTarget("HTTP target", ReadTarget, TargetCorpus)
        {
            Covers = ["RequestTarget.Parse"],
            Tokens = Tokens("/", "?", "://", "#", "http", ":", "%3F"),
            Tries = 20_000,
        },
        new FuzzTarget("HTTP headers", ReadHeaders, HeaderCorpus)
        {
            Covers = ["EntityTags.Matches", "WritePreconditions.Check", "CrossOriginGuard.Check"],
            Tokens = Tokens(
                "If-Match: ", "If-None-Match: ", "Content-Encoding: ", "Origin: ", "Host: ", "Sec-Fetch-Site: ", "\"", "W/", ", ", "*", "17", "://", "\n"),
            Tries = 10_000,
        },
        new FuzzTarget("HTTP number header", WriteNumbers, () => [BitConverter.GetBytes(17L), new byte[24], BitConverter.GetBytes(long.MinValue)])
        {
            Covers = ["NumberHeader.TextOf"],
            Tries = 10_000,
        },
    ];

    private static IEnumerable<byte[]> Texts(params string[] texts) => texts.Select(Encoding.Latin1.GetBytes);

    private static byte[][] Tokens(params string[] texts) => [.. Texts(texts)];

    private static FuzzOutcome ReadParametersOfGossip(byte[] input, FuzzMeter meter)
    {
        var query = Encoding.Latin1.GetString(input);
        bool isRead;
        UrlParameters? parameters;
        KevaFailure? failure;
        using (meter.Measure())
        {
            isRead = UrlParameters.TryParse(query, ["from", "to", "tag"], out parameters, out failure);
        }

        if (!isRead)
        {
            FuzzCheck.That(failure is { Message.Length: > 0 }, "a refusal has a reason");
            CommandJson.CheckReadable(failure!.Message);
            return FuzzOutcome.Refused(failure.Message);
        }

        FuzzCheck.That(parameters!.All("tag").Count() <= 32, "there is a limit to their number");
        return FuzzOutcome.Accepted;
    }

    private static FuzzOutcome ReadCommand(byte[] input, FuzzMeter meter)
    {
        bool isCommand;
        KevaCommand? command;
        KevaFailure? failure;
        using (meter.Measure())
        {
            isCommand = KevaCommandParser.TryParse(input, MaxKeyBytes, MaxValueBytes, out command, out failure);
        }

        var expected = CommandJson.Expect(input, MaxKeyBytes, MaxValueBytes);
        FuzzCheck.That(isCommand == (expected is not null), $"another reader of JSON agrees ('{failure?.Message}')");
        if (command is null || expected is null)
        {
            FuzzCheck.That(failure is { Message.Length: > 0 }, "a refusal has a reason");
            CommandJson.CheckReadable(failure!.Message);
            return FuzzOutcome.Refused(failure.Message);
        }

        CommandJson.CheckSame(expected, command);
        FuzzCheck.That(KevaCommandParser.TryParse(CommandJson.Write(command), MaxKeyBytes, MaxValueBytes, out var again, out _), "a command can be read again");
        CommandJson.CheckSame(command, again!);
        return FuzzOutcome.AcceptedAs(command.Verb.ToString());
    }

    private static FuzzOutcome ReadKey(byte[] input, FuzzMeter meter)
    {
        var text = Encoding.Latin1.GetString(input);
        byte[]? key;
        KevaFailure? failure;
        using (meter.Measure())
        {
            KeyDecoder.TryDecode(text, MaxKeyBytes, out key, out failure);
        }

        if (key is null)
        {
            FuzzCheck.That(failure is { Message.Length: > 0 }, "a refusal has a reason");
            return FuzzOutcome.Refused(failure!.Message);
        }

        FuzzCheck.Same(Uri.UnescapeDataString(text), Encoding.UTF8.GetString(key), "another decoder agrees");
        var escaped = string.Concat(key.Select(single => string.Create(CultureInfo.InvariantCulture, $"%{single:x2}")));
        FuzzCheck.That(KeyDecoder.TryDecode(escaped, MaxKeyBytes, out var again, out _), "a key can be read again");
        FuzzCheck.Same(key, again, "a key reads back as it was written");
        return FuzzOutcome.Accepted;
    }

    private static FuzzOutcome ReadQuery(byte[] input, FuzzMeter meter)
    {
        var text = Encoding.Latin1.GetString(input);
        bool isAccepted;
        ReadConsistency? consistency;
        KevaFailure? failure;
        KevaFailure? none;
        using (meter.Measure())
        {
            isAccepted = ReadParameters.TryParse(text, out consistency, out failure);
            none = ReadParameters.RefuseAny(text);
        }

        var parameters = text.Split('&', StringSplitOptions.RemoveEmptyEntries);
        FuzzCheck.That(none is null == (parameters.Length == 0), "only an empty query has no parameters");
        var expected = parameters switch
        {
            [] => (true, null),
            ["consistency=linearizable"] => (true, ReadConsistency.Linearizable),
            ["consistency=lease"] => (true, ReadConsistency.Lease),
            ["consistency=stale"] => (true, (ReadConsistency?)ReadConsistency.Stale),
            _ => (false, null),
        };
        FuzzCheck.That(isAccepted == expected.Item1 && (!isAccepted || consistency == expected.Item2), "a query is read literally");
        return isAccepted ? FuzzOutcome.AcceptedAs(consistency?.ToString() ?? "") : FuzzOutcome.Refused(failure!.Message);
    }

    private static IEnumerable<byte[]> TargetCorpus() =>
        Texts("/", "/v1/storage/key/a%2Fb?x=y", "http://host:1/path?query", "http://host?q", "http://host", "*", "host:80", "/a?b?c");

    private static FuzzOutcome ReadTarget(byte[] input, FuzzMeter meter)
    {
        var text = Encoding.Latin1.GetString(input);
        RequestTarget target;
        using (meter.Measure())
        {
            target = RequestTarget.Parse(text);
        }

        FuzzCheck.That(target.Path.Length > 0, "there is always a path");
        FuzzCheck.That(!target.Path.Contains('?'), "the path ends at the question mark");
        FuzzCheck.That(text.EndsWith(target.Query.ToString(), StringComparison.Ordinal), "the query is the end of the target");
        if (!text.StartsWith('/'))
        {
            return FuzzOutcome.Refused(target.Path[0] == '/' ? "absolute" : "other");
        }

        FuzzCheck.Same(text, target.PathAndQuery, "a target in origin form is kept as it is");
        return FuzzOutcome.AcceptedAs(target.Query.IsEmpty ? "path" : "path and query");
    }

    private static IEnumerable<byte[]> HeaderCorpus() => Texts(
        "If-None-Match: \"17\", W/\"18\"",
        "If-None-Match: *",
        "If-None-Match: \"a17\", \"117\"\nIf-Match: *",
        "Content-Encoding: gzip",
        "Content-Encoding: Identity",
        "Content-Range: bytes 0-1/2",
        "Origin: http://a:1\nHost: a:1",
        "Origin: http://b\nHost: a",
        "Origin: null\nSec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: cross-site\nOrigin: http://a\nHost: a");

    private static FuzzOutcome ReadHeaders(byte[] input, FuzzMeter meter)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        foreach (var line in Encoding.Latin1.GetString(input).Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers.Append(line[..colon], line[(colon + 1)..].Trim());
            }
        }

        KevaFailure? precondition;
        KevaFailure? crossOrigin;
        bool matches;
        using (meter.Measure())
        {
            precondition = WritePreconditions.Check(headers);
            crossOrigin = CrossOriginGuard.Check(headers);
            matches = EntityTags.Matches(headers.IfNoneMatch, "\"17\"");
        }

        string[] conditions = ["If-Match", "If-None-Match", "If-Unmodified-Since", "Content-Range"];
        FuzzCheck.That(precondition is not null || !conditions.Any(headers.ContainsKey), "no condition is ignored");
        FuzzCheck.That(headers.ContainsKey("Origin") || crossOrigin is null, "only browsers are asked where a request comes from");
        if (EntityTagList.Parse(headers.IfNoneMatch.ToString()) is { } tags)
        {
            FuzzCheck.That(matches == tags.Any(tag => tag is "17" or "*"), "a tag matches where the list has it");
        }

        return precondition is null && crossOrigin is null
            ? FuzzOutcome.AcceptedAs(matches ? "matches" : "")
            : FuzzOutcome.Refused($"{precondition?.Message} {crossOrigin?.Message}");
    }

    private static FuzzOutcome WriteNumbers(byte[] input, FuzzMeter meter)
    {
        var plain = new NumberHeader(quoted: false);
        var quoted = new NumberHeader(quoted: true);
        foreach (var number in Enumerable.Range(0, input.Length / 8).Select(i => BitConverter.ToInt64(input, i * 8)))
        {
            string text;
            string tag;
            using (meter.Measure())
            {
                text = plain.TextOf(number).ToString();
                tag = quoted.TextOf(number).ToString();
            }

            FuzzCheck.Same(number.ToString(CultureInfo.InvariantCulture), text, "a number is written as it is");
            FuzzCheck.Same($"\"{text}\"", tag, "a tag is the number in quotes");
        }

        return input.Length >= 8 ? FuzzOutcome.Accepted : FuzzOutcome.Refused("nothing");
    }
}
