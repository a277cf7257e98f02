using Keva.Journal.Directories;

namespace Keva.Node.Hosting;

/// <summary>The identity in the working directory, written on threads of the pool, one after the other.</summary>
internal sealed class IdentityFile(WorkingDirectory directory) : IIdentityStore
{
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    public NodeIdentity Current => directory.Identity;

    public void Form(ulong cluster, ReadOnlyMemory<byte> firstConfiguration, Action<string?> completed) =>
        Write(() => directory.Form(cluster, firstConfiguration), completed);

    public void SetAdmitted(bool isAdmitted, Action<string?> completed) =>
        Write(() => directory.SetAdmitted(isAdmitted), completed);

    private void Write(Action write, Action<string?> completed)
    {
        lock (gate)
        {
            last = last.ContinueWith(_ => completed(ProblemOf(write)), TaskScheduler.Default);
        }
    }

    private static string? ProblemOf(Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (IOException exception)
        {
            return exception.Message;
        }
    }
}
