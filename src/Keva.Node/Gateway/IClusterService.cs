namespace Keva.Node.Gateway;

/// <summary>
/// Who the members are, as operators change it. Any node takes the requests and has the leader carry them out. Every method
/// answers null once it is done, or why it is not.
/// </summary>
public interface IClusterService
{
    /// <summary>
    /// This node is a member no more, says farewell in the gossip, and stops. Voters that remain must be enough, unless
    /// <paramref name="force"/>.
    /// </summary>
    Task<KevaFailure?> LeaveAsync(bool force);

    /// <summary>The member is one no more. If it runs, it stops.</summary>
    /// <param name="member">Its name.</param>
    /// <param name="onlyIfFailed">Refuse if it answers.</param>
    /// <param name="force">Also if the voters that remain are barely enough.</param>
    Task<KevaFailure?> RemoveAsync(string member, bool onlyIfFailed, bool force);

    /// <summary>Another node leads.</summary>
    /// <param name="member">Its name; null for whoever is furthest.</param>
    Task<KevaFailure?> TransferAsync(string? member);
}
