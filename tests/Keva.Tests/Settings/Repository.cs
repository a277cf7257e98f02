namespace Keva.Tests.Settings;

/// <summary>Finds the files that are shipped beside the program.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Keva.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("the tests must run from inside the repository");
    }
}
