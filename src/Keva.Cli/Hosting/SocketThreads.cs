namespace Keva.Cli.Hosting;

/// <summary>How the runtime's sockets hand on what comes in.</summary>
internal static class SocketThreads
{
    /// <summary>The runtime reads it once, before the first socket is used. There is no other way to set it.</summary>
    private const string Variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// The thread that finds that something has come in also does what it asks for, instead of waking one of the thread pool: for
    /// a heartbeat that costs several times what the heartbeat itself does. For a process that is a node: nothing of one blocks
    /// these threads, whereas a command that asks an operator something would. Whoever set the variable is obeyed.
    /// </summary>
    public static void AnswerOnTheirOwn()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Environment.SetEnvironmentVariable(Variable, "1");
        }
    }
}
