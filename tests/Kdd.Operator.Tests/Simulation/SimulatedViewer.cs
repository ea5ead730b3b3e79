using System.IO.Pipelines;
using Kdd.Api.Wire;
using Kdd.Operator.Endpoints;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>A viewer of a session without HTTP: takes what <see cref="ViewerStream"/> writes.</summary>
internal sealed class SimulatedViewer : IDisposable
{
    private readonly MemoryStream _received = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly GatedStream _gate;

    public SimulatedViewer(Simulation simulation, Session session, StreamQuery? query = null, StreamFormat? format = null)
    {
        _gate = new GatedStream(_received, simulation.Time);
        simulation.Do(() => Completion = RunAsync(session, query ?? new StreamQuery(), format ?? new EventStreamFormat()));
    }

    public Task<ViewerEnd?> Completion { get; private set; } = Task.FromResult<ViewerEnd?>(null);

    /// <summary>When something was sent.</summary>
    public IReadOnlyList<DateTimeOffset> Writes => _gate.Writes;

    public byte[] Bytes => _received.ToArray();

    public List<SseEvent> Events => SseEvent.Parse(_received.ToArray());

    public List<SseEvent> Logs => [.. Events.Where(received => received.Name == StreamEvents.Log)];

    public List<string> Messages => [.. Logs.Select(log => log.Text("message"))];

    /// <summary>The last id, as an EventSource would send it.</summary>
    public StreamCursor? LastCursor => Events.LastOrDefault(received => received.Id is not null)?.Cursor;

    /// <summary>Stops reading; what is sent fills the way.</summary>
    public void Stall() => _gate.Close();

    public void GoOn() => _gate.Open();

    public void Leave() => Simulation.Outside(_gone.Cancel);

    public void Dispose()
    {
        _gone.Dispose();
        _gate.Dispose();
        _received.Dispose();
    }

    private async Task<ViewerEnd?> RunAsync(Session session, StreamQuery query, StreamFormat format)
    {
        try
        {
            using var stream = new ViewerStream(session, query, format, PipeWriter.Create(_gate));
            using CancellationTokenRegistration gone = _gone.Token.Register(stream.Wake);
            await stream.JoinAsync(_gone.Token);
            return stream.HasNothingMore() ? null : await stream.RunAsync(_gone.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>A connection whose other end may stop reading.</summary>
    private sealed class GatedStream(Stream inner, SimulatedTime time) : Stream
    {
        private TaskCompletionSource? _closed;

        public List<DateTimeOffset> Writes { get; } = [];

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override void Close() => _closed ??= new TaskCompletionSource();

        public void Open()
        {
            TaskCompletionSource? closed = _closed;
            _closed = null;
            Simulation.Outside(() => closed?.TrySetResult());
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_closed is { } closed)
            {
                await closed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            Writes.Add(time.Now);
            inner.Write(buffer.Span);
        }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
