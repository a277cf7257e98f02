using System.Collections.Immutable;

namespace Keva.Node.Configuration;

/// <summary>
/// Reads the configuration in its layers, later over earlier: the built-in reference.conf, <c>--hocon</c>, keva.toml,
/// the environment, <c>--set</c>. Reads nothing but its argument and the files that this names.
/// </summary>
public static class SettingsLoader
{
    /// <summary>Most problems in one result; that there are more is said by one more.</summary>
    internal const int MaxProblems = 100;

    /// <summary>The settings of the node that the options name. Never throws for what a user can mend: that is in the result.</summary>
    public static SettingsLoadResult Load(StartOptions options)
    {
        var problems = new List<ConfigurationProblem>();
        var file = options.ConfigFile is null ? null : KevaTomlReader.Read(options.ConfigFile, problems);
        return Load(options, file, problems);
    }

    /// <summary>
    /// All problems of a configuration. If it lists several nodes and the options name none of them, each is checked.
    /// </summary>
    public static ImmutableArray<ConfigurationProblem> Check(StartOptions options)
    {
        var fileProblems = new List<ConfigurationProblem>();
        var file = options.ConfigFile is null ? null : KevaTomlReader.Read(options.ConfigFile, fileProblems);
        if (file is null || options.NodeIdentity is not null || file.Nodes.Count < 2)
        {
            return Load(options, file, fileProblems).Problems;
        }

        var problems = file.Nodes
            .SelectMany(node => Load(options with { NodeIdentity = node.Member.Name }, file, [.. fileProblems]).Problems);
        return [.. problems.DistinctBy(problem => problem.ToString(), StringComparer.Ordinal)];
    }

    private static SettingsLoadResult Load(StartOptions options, KevaTomlFile? file, List<ConfigurationProblem> problems)
    {
        // What is wrong with the file has been said; which node it is cannot be told from half of it.
        var placement = problems.Count > 0 ? null : NodePlacer.Place(options, file, problems);
        var binder = new SettingsBinder(
            [
                .. HoconLayer.Read(options, problems),
                .. file?.Settings ?? [],
                .. placement?.WaitTime is { } waitTime ? [waitTime] : ImmutableArray<SettingValue>.Empty,
                .. EnvironmentLayer.Read(options.Environment, problems),
                .. CommandLineLayer.Read(options.Set, problems),
            ],
            problems);
        var settings = Bind(binder, placement);
        binder.ReportUnknown();
        if (problems.Count == 0 && settings is not null)
        {
            new SettingsRules(path => binder.Take(path).Origin, problems).Check(settings);
        }

        var values = binder.Effective().AddRange(placement?.Values ?? []);
        return new SettingsLoadResult(
            problems.Count == 0 ? settings : null,
            new EffectiveConfiguration([.. values.OrderBy(value => value.Path, StringComparer.Ordinal)]),
            Limit(problems));
    }

    private static ImmutableArray<ConfigurationProblem> Limit(List<ConfigurationProblem> problems) => problems.Count <= MaxProblems
        ? [.. problems]
        : [.. problems.Take(MaxProblems), new ConfigurationProblem(problems[MaxProblems].Origin, "this and more is wrong; mend the first hundred")];

    /// <summary>Binds every section, so that all are checked; null if it is not known which node this is.</summary>
    private static NodeSettings? Bind(SettingsBinder binder, NodePlacement? placement)
    {
        var clusterName = binder.Section("cluster").Name("name");
        var raft = RaftSettings.Bind(binder.Section("raft"));
        var journal = JournalSettings.Bind(binder.Section("journal"));
        var store = StoreSettings.Bind(binder.Section("store"));
        var http = HttpSettings.Bind(binder.Section("http"));
        var transport = TransportSettings.Bind(binder.Section("transport"));
        var gossip = GossipSettings.Bind(binder.Section("gossip"));
        var membership = MembershipSettings.Bind(binder.Section("membership"));
        var actors = ActorSettings.Bind(binder.Section("actors"));
        var logging = LoggingSettings.Bind(binder.Section("logging"));
        var telemetry = TelemetrySettings.Bind(binder.Section("telemetry"));
        var warnings = WarningSettings.Bind(binder.Section("warnings"));
        return placement is null ? null : new NodeSettings
        {
            Identity = placement.Self.Name,
            WorkingDirectory = placement.WorkingDirectory,
            ClusterName = clusterName,
            PeerEndpoint = placement.Self.PeerEndpoint,
            HttpEndpoint = placement.Self.HttpEndpoint,
            InitialMembers = placement.InitialMembers,
            JoinAddresses = placement.JoinAddresses,
            Raft = raft,
            Journal = journal,
            Store = store,
            Http = http,
            Transport = transport,
            Gossip = gossip,
            Membership = membership,
            Actors = actors,
            Logging = logging,
            Telemetry = telemetry,
            Warnings = warnings,
        };
    }
}
