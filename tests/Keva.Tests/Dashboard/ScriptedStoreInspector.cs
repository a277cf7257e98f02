using Keva.Node.Gateway;
using Keva.Node.State;
using Keva.Tests.Store;

namespace Keva.Tests.Dashboard;

/// <summary>A store that a test fills, listed as the store's actor does it.</summary>
internal sealed class ScriptedStoreInspector : IStoreInspector
{
    public StoreReplica Replica { get; } = new();

    /// <summary>Whether it answers.</summary>
    public bool IsThere { get; set; } = true;

    public Task<KeysListed?> ListAsync(ListKeys request) => Task.FromResult(IsThere ? KeyListing.Of(Replica.Machine, request) : null);
}
