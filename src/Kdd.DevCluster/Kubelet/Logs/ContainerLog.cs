using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>Which of its two streams a container wrote to.</summary>
public enum OutputStream
{
    /// <summary>Standard output.</summary>
    Stdout,

    /// <summary>Standard error.</summary>
    Stderr,
}

/// <summary>
/// The log of one container instance: a file of CRI records (<c>time stream P|F content</c>) that is rotated by size, and a
/// signal for those that follow it. Readers open the file by path, as a kubelet does, and see only the current one.
/// </summary>
public sealed class ContainerLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LogSettings _settings;
    private readonly TimeProvider _timeProvider;
    private FileStream _file;
    private long _length;
    private long _lastCheck;
    private long _version;
    private TaskCompletionSource? _changed;
    private List<(OutputStream Stream, byte[] Content, bool Partial)>? _held;

    /// <summary>Creates the file at <paramref name="path"/> and the folder it lies in.</summary>
    public ContainerLog(string path, LogSettings settings, TimeProvider timeProvider)
    {
        Path = path;
        _settings = settings;
        _timeProvider = timeProvider;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        _file = Open(path);
        _lastCheck = timeProvider.GetTimestamp();
    }

    /// <summary>The current file.</summary>
    public string Path { get; }

    /// <summary>The container has ended: no record will be added.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Counts rotations, so that a reader at the end of a file knows whether it is still the current one.</summary>
    public int Generation { get; private set; }

    /// <summary>Rises with every change: take it before reading, then <see cref="WaitForChangeAsync"/> misses nothing.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Adds one record; <see cref="Publish"/> makes it visible.</summary>
    /// <param name="stream">Where it was written to.</param>
    /// <param name="content">The line, or a piece of it, without line end.</param>
    /// <param name="partial">More of the same line follows (tag P instead of F).</param>
    /// <param name="nanoseconds">Its time, since the Unix epoch.</param>
    public void Append(OutputStream stream, ReadOnlySpan<byte> content, bool partial, long nanoseconds)
    {
        Span<byte> head = stackalloc byte[LogTime.FormattedLength + 10];
        LogTime.Format(nanoseconds, head);
        ReadOnlySpan<byte> tags = (stream, partial) switch
        {
            (OutputStream.Stdout, false) => " stdout F "u8,
            (OutputStream.Stdout, true) => " stdout P "u8,
            (_, false) => " stderr F "u8,
            _ => " stderr P "u8,
        };
        tags.CopyTo(head[LogTime.FormattedLength..]);
        lock (_lock)
        {
            if (IsComplete)
            {
                return;
            }
            if (_held is not null)
            {
                _held.Add((stream, content.ToArray(), partial));
                return;
            }
            _file.Write(head);
            _file.Write(content);
            _file.WriteByte((byte)'\n');
            _length += head.Length + content.Length + 1;
        }
    }

    /// <summary>Holds back what is written from now on: the container runtime, which reads the container's output, is down.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            _held ??= [];
        }
    }

    /// <summary>Writes what was held; its time is that of its release, since only now was it read.</summary>
    public void Release(long nanoseconds)
    {
        lock (_lock)
        {
            var held = _held ?? [];
            _held = null;
            foreach (var (stream, content, partial) in held)
            {
                Append(stream, content, partial, nanoseconds);
            }
            Publish();
        }
    }

    /// <summary>Makes what was added visible to readers, and rotates the file when it is due.</summary>
    public void Publish()
    {
        lock (_lock)
        {
            if (IsComplete)
            {
                return;
            }
            _file.Flush();
            if (_length > _settings.MaxSize && _timeProvider.GetElapsedTime(_lastCheck) >= _settings.MonitorInterval)
            {
                _lastCheck = _timeProvider.GetTimestamp();
                Rotate_NeedsLock();
            }
            Signal_NeedsLock();
        }
    }

    /// <summary>Rotates now, whatever the size.</summary>
    public void Rotate()
    {
        lock (_lock)
        {
            if (!IsComplete)
            {
                Rotate_NeedsLock();
                Signal_NeedsLock();
            }
        }
    }

    /// <summary>No more records: readers that follow come to their end.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            if (!IsComplete)
            {
                _file.Dispose();
                IsComplete = true;
                Signal_NeedsLock();
            }
        }
    }

    /// <summary>Opens the current file, and says which generation it is; null when the log was removed.</summary>
    public SafeFileHandle? OpenCurrent(out int generation)
    {
        lock (_lock)
        {
            generation = Generation;
            return File.Exists(Path)
                ? File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)
                : null;
        }
    }

    /// <summary>Waits until <see cref="Version"/> is no longer <paramref name="seen"/>.</summary>
    public Task WaitForChangeAsync(long seen, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_version != seen)
            {
                return Task.CompletedTask;
            }
            _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _changed.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Removes all files of the instance: what a kubelet does with a container that is dead longest.</summary>
    public void Remove()
    {
        Complete();
        lock (_lock)
        {
            foreach (string file in Files())
            {
                Discard(file);
            }
            if (File.Exists(Path))
            {
                Discard(Path);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Complete();

    private static FileStream Open(string path) =>
        new(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 * 1024);

    private void Rotate_NeedsLock()
    {
        _file.Dispose();
        string stamp = _timeProvider.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        File.Move(Path, $"{Path}.{stamp}.{Generation:D6}", overwrite: true);
        Generation++;
        string[] rotated = Files();
        foreach (string old in rotated.Take(rotated.Length - (_settings.MaxFiles - 1)))
        {
            Discard(old);
        }
        _file = Open(Path);
        _length = 0;
    }

    private void Discard(string file)
    {
        if (_settings.ArchiveFolder is not { } archive)
        {
            File.Delete(file);
            return;
        }
        // PODS/NAMESPACE_POD_UID/logs/CONTAINER/FILE
        DirectoryInfo container = Directory.GetParent(file)!;
        string folder = System.IO.Path.Combine(archive, container.Parent!.Parent!.Name, container.Name);
        Directory.CreateDirectory(folder);
        File.Move(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)), overwrite: true);
    }

    private string[] Files()
    {
        string folder = System.IO.Path.GetDirectoryName(Path)!;
        if (!Directory.Exists(folder))
        {
            return [];
        }
        string[] files = Directory.GetFiles(folder, System.IO.Path.GetFileName(Path) + ".*");
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private void Signal_NeedsLock()
    {
        Interlocked.Increment(ref _version);
        _changed?.TrySetResult();
        _changed = null;
    }
}
