namespace Kdd.LoadTest.Processes;

/// <summary>The programs under measurement, beside this one: <c>artifacts/bin/PROJECT/CONFIGURATION</c>.</summary>
internal static class Programs
{
    public static string PathOf(string project)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, project + ".dll");
    }
}
