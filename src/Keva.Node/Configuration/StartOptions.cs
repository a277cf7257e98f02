using System.Collections.Immutable;

namespace Keva.Node.Configuration;

/// <summary>What the command line gives; all that <see cref="SettingsLoader"/> reads beside the files named here.</summary>
public sealed record StartOptions
{
    /// <summary><c>--config-file</c>: the path of a keva.toml, or null.</summary>
    public string? ConfigFile { get; init; }

    /// <summary><c>--node-identity</c>: which <c>[[node]]</c> this is, or how a node that is in no file is called.</summary>
    public string? NodeIdentity { get; init; }

    /// <summary><c>--working-directory</c>.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary><c>--keva-address</c>, <c>host:port</c>: for a node that is in no file.</summary>
    public string? KevaAddress { get; init; }

    /// <summary><c>--user-address</c>, <c>host:port</c>: for a node that is in no file.</summary>
    public string? UserAddress { get; init; }

    /// <summary><c>--join</c>: peer addresses of a cluster that exists, each <c>host:port</c> or several joined by commas.</summary>
    public IReadOnlyList<string> Join { get; init; } = [];

    /// <summary><c>--hocon</c>: paths, or names of profiles (local, lan, wan). Later ones win.</summary>
    public IReadOnlyList<string> Hocon { get; init; } = [];

    /// <summary><c>--set</c>: <c>path=value</c>. Later ones win.</summary>
    public IReadOnlyList<string> Set { get; init; } = [];

    /// <summary>The environment: variables that begin with <c>KEVA__</c> are settings; substitutions in HOCON see all.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;
}
