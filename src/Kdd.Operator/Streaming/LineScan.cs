namespace Kdd.Operator.Streaming;

/// <summary>A finite read that only looks: nothing of it is delivered.</summary>
internal sealed class LineScan : IRawLineTarget
{
    /// <summary>The longest timestamp and the space behind it.</summary>
    private const int HeadBytes = 40;

    private readonly Action<long, ulong> _onLine;
    private LineTimestamp _timestamp;
    private long _time;
    private string? _text;

    private LineScan(long timeOfText, Action<long, ulong> onLine) => (_time, _onLine) = (timeOfText, onLine);

    /// <param name="client">Opens the log.</param>
    /// <param name="request">Which part of it.</param>
    /// <param name="timeOfText">The time of text before the first timestamp.</param>
    /// <param name="onLine">Each complete line: time and hash, as <see cref="LogReader"/> sees them.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Null when the body was read to its end.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<PodLogFailure?> RunAsync(
        PodLogClient client, PodLogRequest request, long timeOfText, Action<long, ulong> onLine, CancellationToken cancellationToken)
    {
        using PodLogResponse response = await client.OpenAsync(request, cancellationToken);
        if (response.Failure is not null)
        {
            return response.Failure;
        }

        using var splitter = new LineSplitter();
        var scan = new LineScan(timeOfText, onLine);
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            int read;
            while ((read = await response.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                splitter.Push(buffer.AsSpan(0, read), scan);
            }

            // The kubelet's error texts end without a newline.
            ((IRawLineTarget)scan).OnRawLine(KubeletText.IsError(splitter.Fragment) ? splitter.Fragment : [], 0);
            return scan._text is { } text ? PodLogFailure.FromText(text) : null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return PodLogFailure.Unreachable;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The timestamp that a file begins with, Unix ns; null where it cannot be told.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<long?> HeadAsync(PodLogClient client, PodLogRequest request, CancellationToken cancellationToken)
    {
        using PodLogResponse response = await client.OpenAsync(request with { LimitBytes = HeadBytes }, cancellationToken);
        if (response.Failure is not null)
        {
            return null;
        }

        byte[] head = new byte[HeadBytes];
        try
        {
            int length = await response.Body.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancellationToken);
            return new LineTimestamp().TryParse(head.AsSpan(0, length), out long time, out _) ? time : null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return null;
        }
    }

    void IRawLineTarget.OnRawLine(ReadOnlySpan<byte> line, long fullLength)
    {
        if (_timestamp.TryParse(line, out long time, out int start))
        {
            _time = time;
        }
        else if (line.IsEmpty || KubeletText.IsError(line))
        {
            _text ??= line.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(line);
            return;
        }

        ReadOnlySpan<byte> message = line[start..];
        _onLine(_time, SeenLine.HashOf(message.Length > LineSplitter.MaxMessage ? message[..LineSplitter.MaxMessage] : message));
    }
}
