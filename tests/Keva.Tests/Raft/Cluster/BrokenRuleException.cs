namespace Keva.Tests.Raft.Cluster;

/// <summary>A rule of the whole cluster was broken; the message says which.</summary>
internal sealed class BrokenRuleException(string message) : Exception(message);
