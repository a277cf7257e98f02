using Keva.Journal.Directories;

namespace Keva.Node.Hosting;

/// <summary>The identity in the working directory, written on a thread of the pool.</summary>
internal sealed class IdentityFile(WorkingDirectory directory) : IIdentityStore
{
    public NodeIdentity Current => directory.Identity;

    public void Form(ulong cluster, ReadOnlyMemory<byte> firstConfiguration, Action<string?> completed) =>
        ThreadPool.QueueUserWorkItem(_ =>
        {
            try
            {
                directory.Form(cluster, firstConfiguration);
            }
            catch (IOException exception)
            {
                completed(exception.Message);
                return;
            }

            completed(null);
        });
}
