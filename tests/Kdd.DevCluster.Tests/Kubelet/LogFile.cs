using System.IO.Pipelines;
using System.Text;
using Kdd.DevCluster.Kubelet;
using Kdd.DevCluster.Kubelet.Logs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.DevCluster.Tests.Kubelet;

/// <summary>A log on disk, written as a container would and read as the log API reads it.</summary>
internal sealed class LogFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logs-");
    private readonly KubeletGate _gate = new();

    public LogFile(LogSettings? settings = null)
    {
        Settings = settings ?? new LogSettings { EndDelay = TimeSpan.Zero };
        Log = new ContainerLog(Path.Combine(_folder.FullName, "main", "0.log"), Settings, Clock);
        Out = new RecordSplitter(Log, OutputStream.Stdout);
        Err = new RecordSplitter(Log, OutputStream.Stderr);
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 13, 0, 0, TimeSpan.Zero));

    public LogSettings Settings { get; }

    public ContainerLog Log { get; }

    public RecordSplitter Out { get; }

    public RecordSplitter Err { get; }

    public KubeletGate Gate => _gate;

    public long Now => LogTime.From(Clock.GetUtcNow());

    /// <summary>Writes to standard output now.</summary>
    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public void Write(byte[] bytes)
    {
        Out.Add(bytes, Now);
        Log.Publish();
    }

    /// <summary>The container exits.</summary>
    public void Exit()
    {
        Out.End(Now);
        Err.End(Now);
        Log.Publish();
        Log.Complete();
    }

    /// <summary>The answer to a finite request.</summary>
    public async Task<byte[]> ReadAsync(string query)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await ReaderFor(query).CopyToAsync(pipe.Writer, CancellationToken.None, TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();
        return await ReadAllAsync(pipe.Reader);
    }

    public async Task<string> ReadTextAsync(string query) => Encoding.UTF8.GetString(await ReadAsync(query));

    /// <summary>Follows until the stream ends; the task gives all of it.</summary>
    public async Task<string> FollowAsync(CancellationTokenSource? stopping = null) =>
        Encoding.UTF8.GetString(await ReadAllAsync(Open("follow=true", stopping)));

    /// <summary>Starts to serve a request; the reader completes with it.</summary>
    public PipeReader Open(string query, CancellationTokenSource? stopping = null)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        _ = Task.Run(
            async () =>
            {
                await ReaderFor(query).CopyToAsync(
                    pipe.Writer, stopping?.Token ?? CancellationToken.None, TestContext.Current.CancellationToken);
                await pipe.Writer.CompleteAsync();
            },
            TestContext.Current.CancellationToken);
        return pipe.Reader;
    }

    public void Dispose()
    {
        Log.Dispose();
        _gate.Dispose();
        _folder.Delete(recursive: true);
    }

    private LogReader ReaderFor(string query)
    {
        var parsed = new QueryCollection(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query));
        return new LogReader(Log, PodLogOptions.Parse(parsed, "pod", Settings).At(Now), Settings, _gate, Clock);
    }

    private static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        using var all = new MemoryStream();
        await reader.CopyToAsync(all, TestContext.Current.CancellationToken);
        return all.ToArray();
    }
}
