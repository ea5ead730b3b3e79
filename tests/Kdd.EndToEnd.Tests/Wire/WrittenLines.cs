using System.Globalization;

namespace Kdd.EndToEnd.Tests.Wire;

/// <summary>What containers wrote, from the CRI log files of the cluster: the number of numbered lines of each instance.</summary>
internal sealed record WrittenLines(IReadOnlyDictionary<InstanceKey, int> Instances)
{
    /// <param name="archive">Files of dead pods and instances: <c>NAMESPACE_POD_UID/CONTAINER/FILE</c>.</param>
    /// <param name="pods">Files of living ones: <c>NAMESPACE_POD_UID/logs/CONTAINER/FILE</c>.</param>
    public static WrittenLines Read(string archive, string pods, string @namespace)
    {
        Dictionary<InstanceKey, int> instances = [];
        IEnumerable<string> files = Directory.EnumerateDirectories(archive, @namespace + "_*")
            .Concat(Directory.EnumerateDirectories(pods, @namespace + "_*"))
            .SelectMany(pod => Directory.EnumerateFiles(pod, "*.log*", SearchOption.AllDirectories));
        foreach (string file in files)
        {
            string[] parts = file.Split(Path.DirectorySeparatorChar);
            string pod = parts.Single(part => part.StartsWith(@namespace + "_", StringComparison.Ordinal)).Split('_')[1];
            InstanceKey key = new(pod, int.Parse(parts[^1].Split('.')[0], CultureInfo.InvariantCulture));
            instances[key] = instances.GetValueOrDefault(key) + CountNumbered(file);
        }

        return new WrittenLines(instances);
    }

    /// <summary>A CRI record is <c>TIME STREAM TAG TEXT</c>; the lines are short, so each is one record.</summary>
    private static int CountNumbered(string file)
    {
        using StreamReader reader = new(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        int count = 0;
        while (reader.ReadLine() is { } record)
        {
            count += record.Contains(" F line ", StringComparison.Ordinal) ? 1 : 0;
        }

        return count;
    }
}
