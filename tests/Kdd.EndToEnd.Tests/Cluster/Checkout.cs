namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary>The checkout that the tests were built from: the folder above the test program that holds Kdd.sln.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Kdd.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("run the tests inside a checkout: no Kdd.sln above " + AppContext.BaseDirectory);
    }
}
