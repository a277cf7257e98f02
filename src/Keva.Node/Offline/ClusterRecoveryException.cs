namespace Keva.Node.Offline;

/// <summary>From this working directory no cluster can be recovered. The message says why and what to do.</summary>
public sealed class ClusterRecoveryException(string message, Exception? inner = null) : IOException(message, inner);
