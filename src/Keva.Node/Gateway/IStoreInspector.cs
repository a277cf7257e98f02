using Keva.Node.State;

namespace Keva.Node.Gateway;

/// <summary>
/// Looks into the store of this node, past the consensus: what it answers is what is applied here, however old. Null as long
/// as the node is part of no cluster, or if the store does not answer in time.
/// </summary>
public interface IStoreInspector
{
    Task<KeysListed?> ListAsync(ListKeys request);
}
