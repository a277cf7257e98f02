using System.Collections.Immutable;
using System.Text;
using Keva.Node.Configuration;
using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Fuzzing.Grammars;
using Keva.Tests.Settings;

namespace Keva.Tests.Fuzzing.Targets;

/// <summary>
/// All layers of the configuration at once. An input has parts, each behind a line of four hashes and its name: keva.toml, a
/// HOCON file, and what stands in the environment and on the command line, a line each.
/// </summary>
internal static class SettingsTargets
{
    private const string Start = "#### ";

    public static IEnumerable<FuzzTarget> All() =>
    [
        new FuzzTarget("settings", Read, () => Corpus().Select(Encoding.UTF8.GetBytes))
        {
            Covers =
            [
                "SettingsLoader.Load", "SettingsLoader.Check", "KevaTomlReader.Read", "NodeTableReader.Read", "HoconLayer.Read",
                "EnvironmentLayer.Read", "CommandLineLayer.Read", "ConfigurationFile.Read",
                "ConfigurationFile.ReadHocon", "ConfigurationFile.ReadInclude", "NumberText.TryParse", "SettingsSection.Duration",
                "SettingsSection.ByteSize", "SettingsSection.Count", "SettingsSection.Fraction",
                "SettingsSection.Switch", "SettingsSection.Name",
            ],
            Tokens = [.. Tokens().Select(Encoding.UTF8.GetBytes)],

            // Each try reads several files, and the built-in defaults more than once.
            Limits = new FuzzLimits { FixedBytes = 8 << 20, BytesPerByte = 4096, FixedTime = TimeSpan.FromSeconds(1) },
            Tries = 150,
        },
    ];

    private static IEnumerable<string> Corpus() =>
    [
        $"{Start}toml\n{File.ReadAllText(Repository.PathOf("keva.toml"))}\n{Start}node\nhost1\n",
        $"{Start}toml\n[[node]]\nidentity='a'\naddress='h'\nkeva_port=1\nuser_port='2'\nwait_time=0.8\n[http]\nrequest_timeout='9s'\n[cluster]\nname='x'\n",
        $"{Start}toml\n[[node]]\nidentity='a'\naddress='h'\nkeva_port=1\nuser_port='2'\n[[node]]\nidentity='b'\naddress='::1'\nkeva_port=1\nuser_port='2'\n",
        $"{Start}hocon\nraft {{ election-timeout = 1s, heartbeat-interval = ${{?HOME}} }}\nhttp = null\nstore.max-key-bytes = 1KiB\ninclude \"toml\"\n",
        $"{Start}hocon\ncluster.name = ${{NAME}}\n{Start}env\nNAME=green\nKEVA__RAFT__ELECTION_TIMEOUT=2s\nkeva__raft__tick_interval=5ms\n",
        $"{Start}set\nraft.election-timeout=800ms\nhttp.max-connections = 7\ntransport.max-frame-bytes=16MiB\n{Start}env\nKEVA__HTTP__FORWARD_WRITES=off\n",
        $"{Start}options\n127.0.0.1:3700\n[::1]:3800\na:1,b:2\n{Start}node\nnew\n{Start}set\nactors.throughput=10\n",
        $"{Start}set\nraft.clock-drift=0.1\nnope=1\n=1\nraft=1\nraft.election-timeout.x=1\n",
    ];

    private static IEnumerable<string> Tokens() =>
        SettingsLoader.Load(new StartOptions()).Effective.Values.Select(value => value.Path + "=" + value.Value + "\n").Concat(
        [
            Start, "toml\n", "hocon\n", "set\n", "env\n", "options\n", "node\n", "[[node]]\n", "identity=", "address=", "keva_port=", "user_port=",
            "wait_time=", "[http]\n", "KEVA__", "__", "_", ".", "=", "'", "\"", "\n",
            "1s", "0", "-1", "1e9", "9223372036854775807", "99999999999999999999", "NaN", "1.5", "on", "null", "[]", "{}", "${x}",
            "include \"hocon\"\n", "\0", "🗝",
        ]);

    private static FuzzOutcome Read(byte[] input, FuzzMeter meter)
    {
        using var directory = new TemporaryDirectory();
        var options = OptionsFrom(Parts(input), directory.Path);
        SettingsLoadResult result;
        ImmutableArray<ConfigurationProblem> problems;
        using (meter.Measure())
        {
            result = SettingsLoader.Load(options);
            problems = SettingsLoader.Check(options);
        }

        FuzzCheck.That(result.IsValid == result.Problems.IsEmpty, "there are settings or problems");
        foreach (var problem in result.Problems.Concat(problems))
        {
            FuzzCheck.That(!problem.Message.Any(char.IsControl), $"a problem is one line: {problem.Message}");
            CommandJson.CheckReadable(problem.Message);
        }

        if (!result.IsValid)
        {
            return FuzzOutcome.Refused(string.Concat(result.Problems.Take(2).Select(problem => problem.Message)));
        }

        FuzzCheck.That(problems.IsEmpty || options.NodeIdentity is null, "what starts is checked without problems");
        CheckGivenBack(options, result);
        return FuzzOutcome.AcceptedAs(string.Concat(result.Effective.Values.Select(value => value.Origin.Kind).Distinct().Order()));
    }

    /// <summary>What is shown as the effective configuration, given back on the command line, is the same configuration.</summary>
    private static void CheckGivenBack(StartOptions options, SettingsLoadResult result)
    {
        var own = new StartOptions
        {
            ConfigFile = options.ConfigFile,
            NodeIdentity = options.NodeIdentity,
            KevaAddress = options.KevaAddress,
            UserAddress = options.UserAddress,
            Join = options.Join,
            Set = [.. result.Effective.Values.Where(IsSetting).Select(value => $"{value.Path}={value.Value}")],
        };
        var again = SettingsLoader.Load(own);
        FuzzCheck.That(again.IsValid, $"what is shown can be given back: {again.Problems.FirstOrDefault()}");
        FuzzCheck.Same(Text(result), Text(again), "what is shown is what is in force");
        var (one, other) = (result.Settings!, again.Settings!);
        FuzzCheck.That(
            (one.Raft, one.Journal, one.Store, one.Http, one.Transport, one.Actors, one.ClusterName)
                == (other.Raft, other.Journal, other.Store, other.Http, other.Transport, other.Actors, other.ClusterName),
            "settings that are written alike are alike");
    }

    private static bool IsSetting(EffectiveValue value) =>
        !value.Path.StartsWith("node.", StringComparison.Ordinal) && !value.Path.StartsWith("members.", StringComparison.Ordinal);

    private static string Text(SettingsLoadResult result) => string.Join('\n', result.Effective.Values.Select(value => $"{value.Path}={value.Value}"));

    private static SortedDictionary<string, string> Parts(byte[] input)
    {
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in Encoding.Latin1.GetString(input).Split(Start))
        {
            var lineEnd = part.IndexOf('\n', StringComparison.Ordinal);
            if (lineEnd >= 0)
            {
                parts[part[..lineEnd]] = part[(lineEnd + 1)..];
            }
        }

        return parts;
    }

    private static StartOptions OptionsFrom(SortedDictionary<string, string> parts, string directory)
    {
        // Files have bytes; what stands in the environment and on the command line has been decoded before it comes here.
        string? FileOf(string name)
        {
            if (!parts.TryGetValue(name, out var content))
            {
                return null;
            }

            var path = Path.Combine(directory, name);
            File.WriteAllBytes(path, Encoding.Latin1.GetBytes(content));
            return path;
        }

        string[] LinesOf(string name) => parts.TryGetValue(name, out var content)
            ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(content)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : [];

        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in LinesOf("env"))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            environment[equals < 0 ? line : line[..equals]] = equals < 0 ? "" : line[(equals + 1)..];
        }

        var addresses = LinesOf("options");
        return new StartOptions
        {
            ConfigFile = FileOf("toml"),
            Hocon = FileOf("hocon") is { } hocon ? [hocon] : [],
            Set = LinesOf("set"),
            Environment = environment,
            NodeIdentity = LinesOf("node").FirstOrDefault(),
            KevaAddress = addresses.ElementAtOrDefault(0),
            UserAddress = addresses.ElementAtOrDefault(1),
            Join = addresses.ElementAtOrDefault(2) is { } join ? [join] : [],
        };
    }
}
