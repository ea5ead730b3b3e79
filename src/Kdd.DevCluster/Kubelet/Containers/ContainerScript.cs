using System.Text;
using Kdd.DevCluster.Kubelet.Logs;

namespace Kdd.DevCluster.Kubelet.Containers;

/// <summary>
/// A container written in C#: it runs until it returns its exit code. Cancellation is SIGTERM. With a fake clock it makes whatever
/// lines at whatever times a test needs.
/// </summary>
/// <param name="context">The container's surroundings and its log.</param>
/// <param name="terminated">Cancelled when it is asked to stop.</param>
/// <returns>The exit code.</returns>
public delegate Task<int> ContainerScript(ScriptContext context, CancellationToken terminated);

/// <summary>What a <see cref="ContainerScript"/> sees of its container.</summary>
public sealed class ScriptContext
{
    private readonly ContainerLog _log;
    private readonly Dictionary<OutputStream, RecordSplitter> _splitters;
    private readonly Lock _lock = new();

    internal ScriptContext(ContainerSpec spec, ContainerLog log, TimeProvider timeProvider)
    {
        Spec = spec;
        TimeProvider = timeProvider;
        _log = log;
        _splitters = new()
        {
            [OutputStream.Stdout] = new RecordSplitter(log, OutputStream.Stdout),
            [OutputStream.Stderr] = new RecordSplitter(log, OutputStream.Stderr),
        };
    }

    /// <summary>What the container was started with.</summary>
    public ContainerSpec Spec { get; }

    /// <summary>The cluster's clock.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>The node's time now, its skew included, in nanoseconds since the Unix epoch.</summary>
    public long Now => Spec.Clock.Nanoseconds;

    /// <summary>Writes one line.</summary>
    /// <param name="line">Text without line end.</param>
    /// <param name="nanoseconds">Its timestamp; null for now.</param>
    /// <param name="stream">Where to.</param>
    public void WriteLine(string line, long? nanoseconds = null, OutputStream stream = OutputStream.Stdout) =>
        Write(Encoding.UTF8.GetBytes(line + "\n"), nanoseconds, stream);

    /// <summary>Writes bytes as a process would: lines end at line feeds, half lines are held.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long? nanoseconds = null, OutputStream stream = OutputStream.Stdout)
    {
        lock (_lock)
        {
            _splitters[stream].Add(bytes, nanoseconds ?? Now);
            _log.Publish();
        }
    }

    /// <summary>Rotates the log now.</summary>
    public void RotateLog() => _log.Rotate();

    /// <summary>Ends both streams, as a process does when it exits: half a line that was held is written.</summary>
    /// <param name="nanoseconds">Its timestamp; null for now.</param>
    public void CloseOutput(long? nanoseconds = null)
    {
        lock (_lock)
        {
            foreach (var splitter in _splitters.Values)
            {
                splitter.End(nanoseconds ?? Now);
            }
            _log.Publish();
        }
    }

    internal void End()
    {
        CloseOutput();
        _log.Complete();
    }
}
