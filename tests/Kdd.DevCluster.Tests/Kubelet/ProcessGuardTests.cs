using System.Diagnostics;
using Kdd.DevCluster.Kubelet.Processes;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

public sealed class ProcessGuardTests
{
    [Fact]
    public async Task When_its_input_closes_every_group_that_is_left_is_killed()
    {
        var guard = new ProcessGuard();
        using var left = StartGroup();
        using var removed = StartGroup();
        guard.Add(left.Id);
        guard.Add(removed.Id);
        guard.Remove(removed.Id);

        try
        {
            // What the kernel does to the pipe when the cluster's process ends, however it ends.
            guard.Dispose();
            await left.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(
                TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);

            Assert.Equal(137, left.ExitCode);
            Assert.False(removed.HasExited);
        }
        finally
        {
            left.Kill();
            removed.Kill();
        }
    }

    [Fact]
    public void It_can_be_told_of_processes_after_its_end()
    {
        var guard = new ProcessGuard();
        guard.Dispose();

        guard.Add(int.MaxValue);
        guard.Dispose();
    }

    private static Process StartGroup() => Process.Start(new ProcessStartInfo("setsid", ["sleep", "1000"]))!;
}
