using System.Diagnostics;
using System.Globalization;

namespace Kdd.LoadTest.Paths;

/// <summary>
/// The design under measurement has a core to itself; source and client share another. Where all share two, what a design saves is
/// hidden by who waits for whom.
/// </summary>
internal sealed class Cores : IAsyncDisposable
{
    private Cores()
    {
    }

    private static bool CanSplit => Environment.ProcessorCount > 1;

    /// <summary>Moves this process, and whatever it starts from now on, to the first core.</summary>
    public static async Task<Cores> SplitAsync()
    {
        await MoveAsync("0");
        return new Cores();
    }

    /// <summary>How a program is started on the second core.</summary>
    public static (string Program, string[] Arguments) Second(string program, params string[] arguments)
        => CanSplit ? ("taskset", ["-c", "1", program, .. arguments]) : (program, arguments);

    public async ValueTask DisposeAsync() => await MoveAsync(string.Create(CultureInfo.InvariantCulture, $"0-{Environment.ProcessorCount - 1}"));

    private static async Task MoveAsync(string cores)
    {
        if (CanSplit)
        {
            using Process taskset = Process.Start(new ProcessStartInfo("taskset", ["-a", "-p", "-c", cores, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })
                ?? throw new InvalidOperationException("taskset did not start");
            await taskset.StandardOutput.ReadToEndAsync();
            await taskset.WaitForExitAsync();
        }
    }
}
