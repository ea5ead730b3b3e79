namespace Kdd.LoadTest.Processes;

/// <summary>The programs under measurement, beside this one: <c>artifacts/bin/PROJECT/CONFIGURATION</c>.</summary>
internal static class Programs
{
    /// <summary>The folder of Kdd.sln: manifests are read from it.</summary>
    public static string Checkout()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Kdd.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("the benchmark runs in a checkout");
    }

    public static string PathOf(string project)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, project + ".dll");
    }
}
