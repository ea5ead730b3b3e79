using System.Globalization;
using System.Runtime.InteropServices;

namespace Kdd.LoadTest.Reporting;

/// <summary>What the figures were taken on.</summary>
internal static class Machine
{
    public static string Line()
    {
        string load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "?";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, load {load} at the end");
    }
}
