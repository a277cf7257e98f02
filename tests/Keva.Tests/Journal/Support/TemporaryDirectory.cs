namespace Keva.Tests.Journal.Support;

/// <summary>A directory of its own for one test, gone when the test is.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    // In memory where the system has such a place: the tests are about what is written and not about how long a disk takes.
    private const string Memory = "/dev/shm";

    private readonly DirectoryInfo directory = Directory.Exists(Memory)
        ? Directory.CreateDirectory(System.IO.Path.Combine(Memory, "keva-journal-" + System.IO.Path.GetRandomFileName()))
        : Directory.CreateTempSubdirectory("keva-journal-");

    public string Path => directory.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => directory.Delete(recursive: true);
}
