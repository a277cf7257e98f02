namespace Keva.Cluster.Tests.Harness;

/// <summary>A directory of its own, gone with everything in it when disposed.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("keva-test-").FullName;

    public string Sub(string name) => System.IO.Path.Combine(Path, name);

    public string WriteFile(string name, string text)
    {
        var file = Sub(name);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
