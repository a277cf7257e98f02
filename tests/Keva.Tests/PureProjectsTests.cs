using System.Reflection;

namespace Keva.Tests;

/// <summary>
/// The pure projects decide and do no I/O. The banned-symbols list keeps them from the base library's clocks, files and
/// sockets; this keeps everything else out.
/// </summary>
public sealed class PureProjectsTests
{
    private static readonly string SharedFramework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    [Theory]
    [InlineData(typeof(Keva.Raft.RaftCore))]
    [InlineData(typeof(Keva.Serf.SerfNode))]
    [InlineData(typeof(Keva.Store.StateMachine))]
    public void A_pure_project_references_nothing_but_the_base_library(Type anyOfItsTypes)
    {
        var references = anyOfItsTypes.Assembly.GetReferencedAssemblies();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.True(IsOfBaseLibrary(reference), $"{anyOfItsTypes.Assembly.GetName().Name} references {reference.Name}"));
    }

    [Fact]
    public void The_test_can_tell_the_difference()
    {
        Assert.False(IsOfBaseLibrary(typeof(FactAttribute).Assembly.GetName()));
        Assert.False(IsOfBaseLibrary(typeof(Keva.Raft.RaftCore).Assembly.GetName()));
        Assert.False(IsOfBaseLibrary(typeof(Microsoft.AspNetCore.Http.HttpContext).Assembly.GetName()));
        Assert.True(IsOfBaseLibrary(typeof(object).Assembly.GetName()));
    }

    private static bool IsOfBaseLibrary(AssemblyName name) =>
        name.Name!.StartsWith("System.", StringComparison.Ordinal) && File.Exists(Path.Combine(SharedFramework, $"{name.Name}.dll"));
}
