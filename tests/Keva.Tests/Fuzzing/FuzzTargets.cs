using Keva.Tests.Fuzzing.Engine;
using Keva.Tests.Fuzzing.Targets;

namespace Keva.Tests.Fuzzing;

/// <summary>Every reader of what comes from outside the process.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. GossipTargets.All(),
        .. FramingTargets.All(),
        .. PeerMessageTargets.All(),
        .. RaftTargets.All(),
        .. StoreTargets.All(),
        .. HttpTargets.All(),
        .. JournalTargets.All(),
        .. WorkingDirectoryTargets.All(),
        .. AddressTargets.All(),
        .. TomlTargets.All(),
        .. HoconTargets.All(),
        .. SettingsTargets.All(),
        .. RequestBodyTargets.All(),
        .. SqliteTargets.All(),
    ];
}
