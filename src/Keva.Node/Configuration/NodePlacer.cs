using System.Collections.Immutable;

namespace Keva.Node.Configuration;

/// <summary>
/// Finds out which node is to start: one that keva.toml lists, one that the command line describes, or, with nothing
/// given, a cluster of one.
/// </summary>
internal sealed class NodePlacer
{
    private const string DefaultIdentity = "keva";
    private const string DefaultWorkingDirectory = "keva-data";
    private static readonly HostAndPort DefaultPeerEndpoint = new("127.0.0.1", 3700);
    private static readonly HostAndPort DefaultHttpEndpoint = new("127.0.0.1", 3800);
    private static readonly ConfigurationOrigin Default = new(OriginKind.Reference, "default");

    private readonly StartOptions _options;
    private readonly List<ConfigurationProblem> _problems;
    private readonly HostAndPort? _kevaAddress;
    private readonly HostAndPort? _userAddress;
    private readonly ImmutableArray<HostAndPort> _join;

    private NodePlacer(StartOptions options, List<ConfigurationProblem> problems)
    {
        _options = options;
        _problems = problems;
        _kevaAddress = ParseAddress("--keva-address", options.KevaAddress);
        _userAddress = ParseAddress("--user-address", options.UserAddress);
        var seeds = options.Join.SelectMany(list => list.Split(','));
        _join = [.. seeds.Select(address => ParseAddress("--join", address)).OfType<HostAndPort>()];
    }

    private bool HasAddresses => _options.KevaAddress is not null && _options.UserAddress is not null;

    /// <summary>Null if that cannot be told; why is reported then.</summary>
    public static NodePlacement? Place(StartOptions options, KevaTomlFile? file, List<ConfigurationProblem> problems)
    {
        var before = problems.Count;
        var placer = new NodePlacer(options, problems);
        placer.CheckOptions();
        if (problems.Count > before)
        {
            return null;
        }

        var placement = file is null ? placer.PlaceWithoutFile() : placer.PlaceWithFile(file);
        return problems.Count > before ? null : placement;
    }

    private void CheckOptions()
    {
        if (_options.NodeIdentity is { } identity && NodeName.ProblemWith(identity) is { } problem)
        {
            Report("--node-identity", problem);
        }

        if (_options.WorkingDirectory is { } directory && string.IsNullOrWhiteSpace(directory))
        {
            Report("--working-directory", "the path is empty");
        }

        if (_options.KevaAddress is null != _options.UserAddress is null)
        {
            var missing = _options.KevaAddress is null ? "--keva-address" : "--user-address";
            Report(missing, "--keva-address and --user-address belong together; give both, each as host:port");
        }

        if (_kevaAddress is not null && string.Equals(_kevaAddress.SocketName, _userAddress?.SocketName, StringComparison.Ordinal))
        {
            Report("--user-address", $"{_userAddress} is the --keva-address, too; nodes and users need different ports");
        }

        if (_options.Join.Count > 0 && _options.NodeIdentity is null)
        {
            Report("--join", "a node that joins needs a name of its own: --node-identity NAME");
        }
    }

    private NodePlacement? PlaceWithFile(KevaTomlFile file)
    {
        var listed = _options.NodeIdentity is { } wanted
            ? file.Nodes.FirstOrDefault(node => string.Equals(node.Member.Name, wanted, StringComparison.Ordinal))
            : file.Nodes.Count == 1 ? file.Nodes[0] : null;
        if (listed is not null)
        {
            return PlaceListed(file, listed);
        }

        if (HasAddresses && (_join.Length > 0 || file.Nodes.Count == 0))
        {
            return PlaceByOptions();
        }

        ReportNotListed(file);
        return null;
    }

    private NodePlacement? PlaceListed(KevaTomlFile file, ConfiguredNode listed)
    {
        var name = listed.Member.Name;
        if (HasAddresses)
        {
            Report(
                "--keva-address",
                $"{listed.Origin} has the addresses of '{name}' already; leave out --keva-address and --user-address, or change the file");
            return null;
        }

        var members = file.Nodes.OrderBy(node => node.Member.Name, StringComparer.Ordinal).ToList();
        var directory = _options.WorkingDirectory ?? Path.Combine(DefaultWorkingDirectory, name);
        var identityOrigin = _options.NodeIdentity is null ? listed.Origin : Option("--node-identity");
        return new NodePlacement(
            listed.Member,
            directory,
            _join.Length > 0 ? [] : [.. members.Select(node => node.Member)],
            _join,
            listed.WaitTime,
            [
                .. Describe(listed.Member, identityOrigin, listed.Origin, directory),
                .. _join.Length > 0 ? [] : members.SelectMany(DescribeMember),
            ]);
    }

    private void ReportNotListed(KevaTomlFile file)
    {
        if (file.Nodes.Count == 0)
        {
            _problems.Add(new ConfigurationProblem(
                file.Origin,
                "the file lists no [[node]]; add one, or give --node-identity, --keva-address and --user-address"));
        }
        else if (_options.NodeIdentity is { } identity)
        {
            var suggestion = NearMiss.Suggest(identity, file.Nodes.Select(node => node.Member.Name));
            Report(
                "--node-identity",
                $"'{identity}' is not in {file.Name}, which lists {file.Identities}{suggestion}");
        }
        else
        {
            _problems.Add(new ConfigurationProblem(
                file.Origin,
                $"the file lists several nodes; say with --node-identity which of them this is: {file.Identities}"));
        }
    }

    private NodePlacement? PlaceWithoutFile()
    {
        if (HasAddresses || _options.NodeIdentity is null)
        {
            return PlaceByOptions();
        }

        Report(
            _options.Join.Count > 0 ? "--join" : "--node-identity",
            $"where is '{_options.NodeIdentity}'? Give --config-file with a file that lists it, or --keva-address and --user-address");
        return null;
    }

    /// <summary>A node that is in no file; without --join it is a cluster of one.</summary>
    private NodePlacement PlaceByOptions()
    {
        var self = new InitialMember(
            _options.NodeIdentity ?? DefaultIdentity,
            _kevaAddress ?? DefaultPeerEndpoint,
            _userAddress ?? DefaultHttpEndpoint);
        var directory = _options.WorkingDirectory
            ?? (_options.NodeIdentity is null ? DefaultWorkingDirectory : Path.Combine(DefaultWorkingDirectory, self.Name));
        var values = Describe(
            self,
            _options.NodeIdentity is null ? Default : Option("--node-identity"),
            HasAddresses ? Option("--keva-address, --user-address") : Default,
            directory);
        return new NodePlacement(self, directory, _join.Length > 0 ? [] : [self], _join, WaitTime: null, [.. values]);
    }

    private IEnumerable<EffectiveValue> Describe(
        InitialMember self,
        ConfigurationOrigin identityOrigin,
        ConfigurationOrigin addressOrigin,
        string directory)
    {
        yield return new EffectiveValue("node.identity", self.Name, identityOrigin);
        yield return new EffectiveValue("node.keva-address", self.PeerEndpoint.ToString(), addressOrigin);
        yield return new EffectiveValue("node.user-address", self.HttpEndpoint.ToString(), addressOrigin);
        yield return new EffectiveValue(
            "node.working-directory",
            directory,
            _options.WorkingDirectory is null ? Default : Option("--working-directory"));
        if (_join.Length > 0)
        {
            yield return new EffectiveValue("node.join", string.Join(",", _join), Option("--join"));
        }
    }

    private static IEnumerable<EffectiveValue> DescribeMember(ConfiguredNode node)
    {
        var path = $"members.{Hocon.HoconPath.Render([node.Member.Name])}";
        yield return new EffectiveValue($"{path}.keva-address", node.Member.PeerEndpoint.ToString(), node.Origin);
        yield return new EffectiveValue($"{path}.user-address", node.Member.HttpEndpoint.ToString(), node.Origin);
    }

    private HostAndPort? ParseAddress(string option, string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (!HostAndPort.TryParse(text, out var address, out var problem))
        {
            Report(option, problem);
        }

        return address;
    }

    private void Report(string option, string message) => _problems.Add(new ConfigurationProblem(Option(option), message));

    private static ConfigurationOrigin Option(string name) => new(OriginKind.CommandLine, name);
}
