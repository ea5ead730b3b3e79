using System.Text;

namespace Kdd.DevCluster.Tests.Transcripts.Logs;

/// <summary>A body that is read as it comes.</summary>
internal sealed class FollowedBody
{
    private readonly StringBuilder _text = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FollowedBody(Stream body, CancellationToken cancellationToken)
    {
        End = ReadAsync(body, cancellationToken);
    }

    /// <summary>How it ended: null for cleanly, else what broke it.</summary>
    public Task<Exception?> End { get; }

    /// <summary>What came so far, as Latin-1.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>Waits until so many bytes came, or the end.</summary>
    public async Task WaitForAsync(int length, CancellationToken cancellationToken)
    {
        while (!End.IsCompleted)
        {
            Task more;
            lock (_lock)
            {
                if (_text.Length >= length)
                {
                    return;
                }

                more = _more.Task;
            }

            await Task.WhenAny(more, End).WaitAsync(cancellationToken);
        }
    }

    private async Task<Exception?> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            byte[] buffer = new byte[64 * 1024];
            for (int read = await body.ReadAsync(buffer, cancellationToken); read > 0; read = await body.ReadAsync(buffer, cancellationToken))
            {
                lock (_lock)
                {
                    _text.Append(Encoding.Latin1.GetString(buffer, 0, read));
                    _more.TrySetResult();
                    _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }

            return null;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or HttpRequestException)
        {
            return e;
        }
    }
}
