using System.Text;
using System.Threading.Channels;
using Kdd.DevCluster.Kubelet.Containers;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>A container that does what a test tells it, over all its instances.</summary>
internal sealed class StagedContainer
{
    private readonly Channel<Func<ScriptContext, int?>> _steps = Channel.CreateUnbounded<Func<ScriptContext, int?>>();

    // Of a last line without line end: its time is that of the exit.
    private long? _openTime;

    /// <summary>SIGTERM changes nothing: the container goes on until it is killed.</summary>
    public bool IgnoresTermination { get; set; }

    public async Task<int> RunAsync(ScriptContext context, CancellationToken terminated)
    {
        await foreach (var step in _steps.Reader.ReadAllAsync(IgnoresTermination ? CancellationToken.None : terminated))
        {
            if (step(context) is { } exitCode)
            {
                return exitCode;
            }
        }

        return 0;
    }

    /// <summary>Writes lines, each to where and when its recording was written; completes when they are in the log.</summary>
    public Task WriteAsync(IEnumerable<LogLine> lines) => DoAsync(context =>
    {
        foreach (var line in lines)
        {
            context.Write(Encoding.Latin1.GetBytes(line.Text), line.Time, line.IsError ? OutputStream.Stderr : OutputStream.Stdout);
            _openTime = line.Text.EndsWith('\n') ? null : line.Time;
        }
    });

    /// <summary>Runs a step in the container; completes when it is done.</summary>
    public Task DoAsync(Action<ScriptContext> act)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _steps.Writer.TryWrite(context =>
        {
            act(context);
            done.SetResult();
            return null;
        });
        return done.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System);
    }

    /// <summary>The running instance exits.</summary>
    public void Exit(int exitCode) => _steps.Writer.TryWrite(context =>
    {
        context.CloseOutput(_openTime);
        return exitCode;
    });

    /// <summary>No more steps: whatever runs ends.</summary>
    public void Complete() => _steps.Writer.TryComplete();
}
