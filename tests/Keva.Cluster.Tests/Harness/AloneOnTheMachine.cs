namespace Keva.Cluster.Tests.Harness;

/// <summary>Tests that measure time, or keep all cores busy: they run after all others, one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneOnTheMachine
{
    public const string Name = "alone on the machine";
}
