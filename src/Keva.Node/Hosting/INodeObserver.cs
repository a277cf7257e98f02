using Keva.Raft.Driver;
using Keva.Store;

namespace Keva.Node.Hosting;

/// <summary>
/// Looks into a running node and changes nothing. Each method is called by the actor that owns what is shown, which must
/// only be looked at in that actor's turns; an implementation must not throw.
/// </summary>
public interface INodeObserver
{
    /// <summary>Consensus begins with this.</summary>
    void OnConsensusStarted(RaftDriver driver);

    /// <summary>This is the state from now on: at the start, and whenever a snapshot takes its place.</summary>
    void OnStateMachine(StateMachine state);
}
