namespace Keva.Journal.Directories;

/// <summary>The working directory cannot be used as it is. The message says why and what to do.</summary>
public sealed class WorkingDirectoryException(string message, Exception? inner = null) : IOException(message, inner);
