namespace Keva.Tests.Journal.Support;

/// <summary>A directory of its own for one test, gone when the test is.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("keva-journal-");

    public string Path => directory.FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => directory.Delete(recursive: true);
}
